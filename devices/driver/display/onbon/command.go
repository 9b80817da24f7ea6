package onbon

import (
	"encoding/binary"
	"fmt"
)

// Commands: group and number (clauses 7, 8).
var (
	cmdAck    = [2]byte{0xA0, 0x00} // answer: done
	cmdNack   = [2]byte{0xA0, 0x01} // answer: refused
	cmdStatus = [2]byte{0xA1, 0x02} // 8.4
	cmdPing   = [2]byte{0xA2, 0x00} // 8.7
	cmdBright = [2]byte{0xA3, 0x02} // 8.17: 01 now, level 0..15
	cmdAreas  = [2]byte{0xA3, 0x06} // 8.2.1
	cmdClear  = [2]byte{0xA3, 0x10} // 8.16
)

// Is an answer wanted (5.1.1).
const (
	answerYes = 1
	answerNo  = 2
)

// refusals are the words for an error number (6). Numbers that only files cause
// are left out.
var refusals = map[byte]string{
	1: "unknown command group", 2: "unknown command", 3: "busy", 4: "out of memory",
	5: "checksum error", 7: "flash error", 12: "the font is not in the card",
	13: "another type of card",
}

// Refused is a card that answered and did not do it.
type Refused struct{ Code byte }

func (e *Refused) Error() string {
	if words, ok := refusals[e.Code]; ok {
		return fmt.Sprintf("the card refused: %s (%d)", words, e.Code)
	}
	return fmt.Sprintf("the card refused: error %d", e.Code)
}

func command(c [2]byte, answer byte, data ...byte) []byte {
	return append([]byte{c[0], c[1], answer, 0, 0}, data...)
}

// Ways to show a text (9.1).
const (
	showStill = 1
	showLeft  = 3
)

// Alignment of a text (9.1): both middles.
const alignMiddle = 0x0A

// runs of an area (9.1).
const (
	runLoop   = 0
	runForget = 2 // the area is deleted when it was not updated in time
)

// Ways to speak (9.1).
const (
	soundNone   = 0
	soundShown  = 1 // the card speaks what it shows
	soundSpeech = 2 // it speaks another text
)

// area is a dynamic area: where it stands, what it shows and speaks.
type area struct {
	id         byte
	x, y, w, h int  // pixels
	run        byte // runLoop …
	timeout    int  // seconds without an update, for runForget
	align      byte
	single     bool   // one line, however long it is
	show       byte   // showStill …
	speed      byte   // 0 is the fastest, 0x18 the slowest
	stay       byte   // of each page, in half seconds
	text       []byte // with escapes

	sound   byte // soundNone …
	speaker byte // 0..5
	volume  byte // 0..10
	pace    byte // of speech, 0..10
	speech  []byte
}

// pixels marks a position that is not in units of eight pixels (9.1).
const pixels = 0x8000

// update is the data of a frame that shows one area.
func (a area) update(answer byte) []byte {
	d := []byte{0} // type
	for _, n := range []int{a.x | pixels, a.y, a.w | pixels, a.h} {
		d = binary.LittleEndian.AppendUint16(d, uint16(n))
	}
	d = append(d, a.id, 0, a.run) // no line spacing
	d = binary.LittleEndian.AppendUint16(d, uint16(a.timeout))
	d = append(d, a.sound)
	if a.sound != soundNone {
		d = append(d, a.speaker, a.volume, a.pace) // repeats, in the high half, are the zone's affair
	}
	if a.sound == soundSpeech {
		d = binary.LittleEndian.AppendUint32(d, uint32(len(a.speech)))
		d = append(d, a.speech...)
	}
	single := byte(2)
	if a.single {
		single = 1
	}
	// no extensions; lines are broken by the text itself; no way out
	d = append(d, 0, a.align, single, 1, a.show, 0, a.speed, a.stay)
	d = binary.LittleEndian.AppendUint32(d, uint32(len(a.text)))
	d = append(d, a.text...)

	out := command(cmdAreas, answer, 0, 1) // nothing deleted, one updated
	out = binary.LittleEndian.AppendUint16(out, uint16(len(d)))
	return append(out, d...)
}

// remove is the data of a frame that deletes an area.
func (a area) remove(answer byte) []byte { return command(cmdAreas, answer, 1, a.id, 0) }

// Status is what a card says of itself (8.4).
type Status struct {
	On    bool
	Level int // of brightness, 0..15
}

func parseStatus(data []byte) (Status, error) {
	if len(data) < 7 {
		return Status{}, fmt.Errorf("a status of %d bytes, want 7 or more", len(data))
	}
	return Status{On: data[5] == 1, Level: int(data[6])}, nil
}
