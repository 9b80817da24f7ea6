package speech

import "fmt"

// Commands (SYN6288 V1.7, 5.2 and 5.3).
const (
	cmdSpeak  = 0x01 // parameter, text
	cmdStop   = 0x02
	cmdStatus = 0x21
	cmdBaud   = 0x31 // SYN6288: 0, 1 or 2 for 9600, 19200 or 38400 baud
)

// Answers, one byte each (5.4).
const (
	ansReset    = 0x4A // started, after power-on or a reset
	ansTaken    = 0x41 // the frame was understood
	ansRejected = 0x45 // it was not
	ansBusy     = 0x4E // speaking
	ansIdle     = 0x4F // not speaking: an answer, and by itself at the end
)

// codeGBK is the parameter of cmdSpeak: text in GBK, no background music (its
// number would stand in bits 3 to 7).
const codeGBK = 0x01

const head = 0xFD

// MaxText is the most text in one frame, in bytes. The XFS5152CE takes 4 kB, but a
// short frame that was damaged is sooner sent again.
const MaxText = 200

// Model is a chip.
type Model string

// Models.
const (
	SYN6288 Model = "syn6288"
	XFS5152 Model = "xfs5152" // XFS5152CE
)

// Encode makes the frame of a command. It fails on more than a parameter and
// MaxText bytes.
func Encode(m Model, command byte, data ...byte) ([]byte, error) {
	if len(data) > 1+MaxText {
		return nil, fmt.Errorf("speech: %d bytes of text, at most %d fit", len(data)-1, MaxText)
	}
	n := 1 + len(data)
	if models[m].sum {
		n++
	}
	b := append([]byte{head, byte(n >> 8), byte(n), command}, data...)
	if models[m].sum {
		var x byte
		for _, c := range b {
			x ^= c
		}
		b = append(b, x)
	}
	return b, nil
}

// speeds are the parameters of cmdBaud (SYN6288).
var speeds = map[int]byte{9600: 0, 19200: 1, 38400: 2}
