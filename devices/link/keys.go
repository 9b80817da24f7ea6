package link

import (
	"encoding/binary"
	"math/bits"
)

// eventSize is the kernel's input_event in bytes (linux/input.h): two longs of
// time, type and code of 16 bits, value of 32. It is 24 on machines of 64 bits
// and 16 on those of 32.
const eventSize = bits.UintSize/4 + 8

// inputEvent is an input_event without its time.
type inputEvent struct {
	kind, code uint16
	value      int32
}

// parseEvents reads whole events of the given size; a read of the kernel never
// ends inside one.
func parseEvents(b []byte, size int) []inputEvent {
	var events []inputEvent
	for ; len(b) >= size; b = b[size:] {
		e := b[size-8 : size]
		events = append(events, inputEvent{
			kind: binary.NativeEndian.Uint16(e), code: binary.NativeEndian.Uint16(e[2:]), value: int32(binary.NativeEndian.Uint32(e[4:])),
		})
	}
	return events
}

// Types and codes of events (linux/input-event-codes.h).
const (
	evSyn      = 0
	evKey      = 1
	synDropped = 3 // the kernel's queue was full: events are missing

	keyReleased = 0
	keyPressed  = 1 // 2 is the repeat of a key that is held
)

// keyboard turns the keys of a scanner that plays a keyboard into the bytes of
// its codes. Scanners are delivered with the US layout. What has no character
// (function keys, combinations with Ctrl or Alt, keys that the kernel has lost)
// becomes a NUL, by which a reader of lines knows that the line is not whole.
type keyboard struct {
	held  map[uint16]bool // modifiers
	upper bool            // caps lock
}

// Keys that change others.
const (
	keyCapsLock = 58
	keyNumLock  = 69
)

var shifts = []uint16{42, 54}                          // left, right
var commands = []uint16{29, 97, 56, 100, 125, 126}     // Ctrl, Alt, Meta, each left and right
var modifiers = append(shifts[:2:2], commands...)      // neither types anything
var mute = map[uint16]bool{keyNumLock: true, 70: true} // locks, which change no key here

// broken is put where a character is missing.
const broken = 0x00

// translate appends the bytes of an event to b.
func (k *keyboard) translate(b []byte, e inputEvent) []byte {
	if e.kind == evSyn && e.code == synDropped {
		k.held = nil
		return append(b, broken)
	}
	if e.kind != evKey {
		return b
	}
	for _, m := range modifiers {
		if e.code == m {
			if k.held == nil {
				k.held = map[uint16]bool{}
			}
			k.held[m] = e.value != keyReleased
			return b
		}
	}
	switch {
	case e.value != keyPressed || mute[e.code]: // a scanner holds no key
		return b
	case e.code == keyCapsLock:
		k.upper = !k.upper
		return b
	case k.any(commands):
		return append(b, broken)
	}
	c, ok := usKeys[e.code]
	if !ok {
		return append(b, broken)
	}
	shift := k.any(shifts)
	if k.upper && c[0] >= 'a' && c[0] <= 'z' {
		shift = !shift
	}
	if shift {
		return append(b, c[1])
	}
	return append(b, c[0])
}

func (k *keyboard) any(keys []uint16) bool {
	for _, key := range keys {
		if k.held[key] {
			return true
		}
	}
	return false
}

// usKeys are the characters of the keys without and with shift.
var usKeys = makeKeys()

func makeKeys() map[uint16][2]byte {
	keys := map[uint16][2]byte{}
	for _, row := range []struct {
		first       uint16
		plain, with string
	}{
		{2, "1234567890-=", "!@#$%^&*()_+"},
		{15, "\tqwertyuiop[]\r", "\tQWERTYUIOP{}\r"},
		{30, "asdfghjkl;'`", `ASDFGHJKL:"~`},
		{43, `\zxcvbnm,./`, `|ZXCVBNM<>?`},
		{57, " ", " "},
		{55, "*", "*"},                         // of the number pad, and those below
		{71, "789-456+1230.", "789-456+1230."}, // as with num lock
		{86, "<", ">"},                         // the 102nd key
		{96, "\r", "\r"},
		{98, "/", "/"},
	} {
		for i := range len(row.plain) {
			keys[row.first+uint16(i)] = [2]byte{row.plain[i], row.with[i]}
		}
	}
	return keys
}
