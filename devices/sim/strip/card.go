package strip

import (
	"slices"
	"time"

	"hallward/devices/sim/switches"
)

// Error numbers of a refusal (6).
const (
	errGroup   = 1
	errCommand = 2
	errBusy    = 3
	errMemory  = 4
	errCheck   = 5
)

// Limits of a card of the sixth generation (2.1, 8.2.1).
const (
	maxAreas = 5
	maxArea  = 1024
	rest     = time.Second // between two updates of the areas
)

// card is one strip with its controller.
type card struct {
	address       int
	width, height int
	on            switches.Board
	dark          bool // switched off by command
	level         byte // of brightness, 0..15
	areas         map[byte]*area
	said          []Said
	strange       int // escapes and codes that are none
	refused       int
	overlay       bool // areas cover the stored programs
	updated       time.Time
	commands      int
}

// area is a dynamic area.
type area struct {
	x, y, w, h int
	align      byte
	mode       byte // 1 still, 2 at once, 3 left …
	stay       byte // half seconds
	pages      []page
	forget     time.Duration // after which it goes, without an update
	since      time.Time
}

// Said is one thing that a card was told to speak.
type Said struct {
	Text    string    `json:"text"` // with its marks
	At      time.Time `json:"at"`
	Volume  int       `json:"volume"` // 0..10
	Pace    int       `json:"pace"`   // 0..10
	Speaker int       `json:"speaker"`
	Shown   bool      `json:"shown,omitempty"` // it read out what stands there
}

// ack and nack are the short answers (7).
func ack() []byte           { return []byte{0xA0, 0, 0, 0, 0} }
func nack(code byte) []byte { return []byte{0xA0, 1, code, 0, 0} }

// do carries out a command and gives the answer.
func (c *card) do(d []byte, now time.Time) []byte {
	c.commands++
	if len(d) < 5 {
		return nack(errCommand)
	}
	data := d[5:]
	switch group, number := d[0], d[1]; {
	case group == 0xA2 && number == 0x00:
		return ack()
	case group == 0xA1 && number == 0x02:
		return c.status(now)
	case group == 0xA3 && number == 0x00 && len(data) == 1:
		c.dark = data[0] == 2
		return ack()
	case group == 0xA3 && number == 0x02:
		switch {
		case len(data) == 2 && data[0] == 1 && data[1] <= 15:
			c.level = data[1]
		case len(data) == 50 && data[0] == 2: // of each half hour
			c.level = data[2+(now.Hour()*60+now.Minute())/30]
		default:
			return nack(errCommand)
		}
		return ack()
	case group == 0xA3 && number == 0x10:
		clear(c.areas)
		return ack()
	case group == 0xA3 && number == 0x06:
		if code := c.update(data, now); code != 0 {
			return nack(code)
		}
		return ack()
	case group < 0xA0 || group > 0xA4:
		return nack(errGroup)
	}
	return nack(errCommand)
}

// update deletes and updates dynamic areas (8.2.1). Nothing is changed when one
// of them is wrong.
func (c *card) update(d []byte, now time.Time) byte {
	if c.on["busy"] && now.Sub(c.updated) < rest {
		return errBusy
	}
	if len(d) < 1 {
		return errCommand
	}
	all, n := d[0] == 0xFF, int(d[0])
	if all {
		n = 0
	}
	if len(d) < 1+n+1 {
		return errCommand
	}
	gone, count := d[1:1+n], int(d[1+n])
	d = d[1+n+1:]
	fresh := map[byte]*area{}
	var said []Said
	for range count {
		if len(d) < 2 || len(d) < 2+word(d) {
			return errCommand
		}
		length := word(d)
		if length > maxArea {
			return errMemory
		}
		id, a, s, code := c.area(d[2 : 2+length])
		if code != 0 {
			return code
		}
		a.since = now
		fresh[id] = a
		if s != nil {
			s.At = now
			said = append(said, *s)
		}
		d = d[2+length:]
	}
	if len(d) > 0 {
		return errCommand
	}
	if all {
		clear(c.areas)
	}
	for _, id := range gone {
		delete(c.areas, id)
	}
	for id, a := range fresh {
		c.areas[id] = a
	}
	c.said = append(c.said, said...)
	c.updated = now
	return 0
}

// area reads one area (9.1).
func (c *card) area(d []byte) (id byte, a *area, said *Said, code byte) {
	r := reader{d: d}
	r.take(1) // type
	coordinate := func() int {
		v := word(r.take(2))
		if v&0x8000 != 0 {
			return v &^ 0x8000
		}
		return v * 8
	}
	a = &area{}
	a.x, a.y = coordinate(), word(r.take(2))
	a.w, a.h = coordinate(), word(r.take(2))
	id = r.byte()
	r.take(1) // line spacing
	run := r.byte()
	timeout := word(r.take(2))
	if run == 2 {
		a.forget = time.Duration(timeout) * time.Second
	}
	sound := r.byte()
	if sound != 0 {
		who := r.byte()
		said = &Said{Speaker: int(who & 15), Volume: int(r.byte()), Pace: int(r.byte())}
		if sound == 2 {
			said.Text = speech(r.take(r.long()))
		}
	}
	extra := int(r.byte())
	r.take(extra)
	a.align = r.byte()
	single, wrap := r.byte() == 1, r.byte() == 2
	a.mode = r.byte()
	r.take(2) // exit, speed
	a.stay = r.byte()
	text := r.take(r.long())
	if r.short || len(r.d) > 0 {
		return 0, nil, nil, errCommand
	}
	if id >= maxAreas || a.x+a.w > c.width || a.y+a.h > c.height || a.w == 0 || a.h == 0 {
		return 0, nil, nil, errMemory
	}
	lines, strange, code := readText(text, c.on["bytewise"])
	if code != 0 {
		return 0, nil, nil, code
	}
	c.strange += strange
	a.pages = paginate(lines, a.w, a.h, single, wrap)
	if said != nil && sound == 1 {
		said.Text, said.Shown = a.pages[0].string(), true
	}
	return id, a, said, 0
}

// reader takes an area apart.
type reader struct {
	d     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.d) {
		r.short, r.d = true, nil
		return make([]byte, max(2, min(n, 4)))
	}
	b := r.d[:n]
	r.d = r.d[n:]
	return b
}

func (r *reader) byte() byte { return r.take(1)[0] }

func (r *reader) long() int {
	b := r.take(4)
	if r.short {
		return 0
	}
	return word(b) | word(b[2:])<<16
}

// status is the answer to A1 02 (8.4).
func (c *card) status(now time.Time) []byte {
	on := byte(1)
	if c.dark {
		on = 2
	}
	bcd := func(n int) byte { return byte(n/10<<4 | n%10) }
	day := int(now.Weekday())
	if day == 0 {
		day = 7
	}
	d := []byte{0xA1, 2, 0, 0, 0, on, c.level,
		bcd(now.Year() / 100), bcd(now.Year() % 100), bcd(int(now.Month())), bcd(now.Day()), bcd(day),
		bcd(now.Hour()), bcd(now.Minute()), bcd(now.Second()),
		0, 'P', '0', '0', '0', 0, 0, byte(len(c.areas))}
	var ids []byte
	for id := range c.areas {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	d = append(d, ids...)
	return append(d, make([]byte, 16+12)...) // bar code and network id
}

// expire drops the areas that were not updated in time.
func (c *card) expire(now time.Time) {
	for id, a := range c.areas {
		if a.forget > 0 && now.Sub(a.since) > a.forget {
			delete(c.areas, id)
		}
	}
}

// off is what the loss of power leaves: dynamic areas are in memory only (8.2.1).
func (c *card) off() {
	clear(c.areas)
	c.updated = time.Time{}
}
