package link

// KeyEvent is one event of a key, for devices whose keys mean something beyond
// the character that they type.
type KeyEvent struct {
	Code  uint16 // linux/input-event-codes.h, such as 96 for Enter of the number pad
	State KeyState
}

// KeyState is what happened to a key.
type KeyState byte

// Key states.
const (
	KeyReleased KeyState = 0
	KeyPressed  KeyState = 1
	KeyHeld     KeyState = 2 // the kernel repeats it
	KeysLost    KeyState = 3 // the kernel's queue was full: events are missing. Code is 0
)

// KeyEventSize is the size of a key event on a link that OpenKeys gave: its code,
// the low byte first, and its state.
const KeyEventSize = 3

// Append writes the event as it comes from a link.
func (e KeyEvent) Append(b []byte) []byte {
	return append(b, byte(e.Code), byte(e.Code>>8), byte(e.State))
}

// ParseKeys reads whole key events; rest is the beginning of another.
func ParseKeys(b []byte) (events []KeyEvent, rest []byte) {
	for ; len(b) >= KeyEventSize; b = b[KeyEventSize:] {
		events = append(events, KeyEvent{Code: uint16(b[0]) | uint16(b[1])<<8, State: KeyState(b[2])})
	}
	return events, b
}

// appendKey adds an input event, if it is one of a key.
func appendKey(b []byte, e inputEvent) []byte {
	switch {
	case e.kind == evSyn && e.code == synDropped:
		return KeyEvent{State: KeysLost}.Append(b)
	case e.kind == evKey && e.value >= int32(KeyReleased) && e.value <= int32(KeyHeld):
		return KeyEvent{Code: e.code, State: KeyState(e.value)}.Append(b)
	}
	return b
}
