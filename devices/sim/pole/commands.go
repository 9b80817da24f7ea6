package pole

// The commands of the manuals. A command is an introducer, a code and a fixed
// number of values; what a display does not have is passed over with its code
// and shows nothing.

const (
	bs  = 0x08
	ht  = 0x09
	lf  = 0x0A
	hom = 0x0B
	clr = 0x0C
	cr  = 0x0D
	can = 0x18
	esc = 0x1B
	us  = 0x1F
)

// command is what one code does with its values.
type command struct {
	values int
	do     func(d *Display, v []byte)
}

// Commands that both sets have.
var both = map[[2]byte]command{
	{esc, '@'}: {0, func(d *Display, _ []byte) { d.reset(); d.resets++ }},
	{esc, '='}: {1, func(d *Display, v []byte) { d.away = v[0]&2 == 0 }}, // bit 0 printer, bit 1 display
	{us, 'E'}:  {1, (*Display).setBlink},
}

var cd5220 = map[[2]byte]command{
	{esc, 0x11}: {0, func(d *Display, _ []byte) { d.scroll = 1 }},
	{esc, 0x12}: {0, func(d *Display, _ []byte) { d.scroll = 2 }},
	{esc, 0x13}: {0, func(d *Display, _ []byte) { d.scroll = 3 }},
	{esc, 'l'}:  {2, (*Display).place},
	{esc, '*'}:  {1, (*Display).setBright},
	{esc, '_'}:  {1, (*Display).setCursor},
	{esc, 'Q'}:  {1, func(d *Display, v []byte) { d.where, d.line = v[0], nil }},
	{esc, '['}: {1, func(d *Display, v []byte) {
		if key, known := map[byte]byte{'A': 0x80, 'B': lf, 'C': ht, 'D': bs, 'H': hom, 'L': cr, 'K': 0x81}[v[0]]; known {
			d.move(key)
		} else {
			d.strange++
		}
	}},
	{esc, 'f'}: {1, func(*Display, []byte) {}}, // character set
	{us, '@'}:  {0, func(*Display, []byte) {}}, // self test
}

var dmd = map[[2]byte]command{
	{us, 1}:    {0, func(d *Display, _ []byte) { d.scroll = 1 }},
	{us, 2}:    {0, func(d *Display, _ []byte) { d.scroll = 2 }},
	{us, 3}:    {0, func(d *Display, _ []byte) { d.scroll = 3 }},
	{us, '$'}:  {2, (*Display).place},
	{us, 'X'}:  {1, (*Display).setBright},
	{us, 'C'}:  {1, (*Display).setCursor},
	{us, 'B'}:  {0, func(d *Display, _ []byte) { d.move(0x81) }},
	{us, lf}:   {0, func(d *Display, _ []byte) { d.move(0x80) }},
	{us, cr}:   {0, func(d *Display, _ []byte) { d.x = Cols - 1 }},
	{us, 'r'}:  {1, func(*Display, []byte) {}}, // reverse
	{us, '@'}:  {0, func(*Display, []byte) {}}, // self test
	{esc, 't'}: {1, func(*Display, []byte) {}}, // code page
	{esc, 'R'}: {1, func(*Display, []byte) {}}, // character set
}

func (d *Display) lookup(code [2]byte) (command, bool) {
	if c, known := both[code]; known {
		return c, true
	}
	own := cd5220
	if d.set == DMD {
		own = dmd
	}
	c, known := own[code]
	return c, known
}

// take is the next byte of the line.
func (d *Display) take(c byte) {
	switch {
	case d.where != 0:
		d.text(c)
	case len(d.run) > 0 || c == esc || c == us:
		d.run = append(d.run, c)
		d.command()
	case d.away:
	case d.held && c != clr && c != can:
		d.strange++
	case c < ' ':
		d.move(c)
	default:
		d.write(c)
	}
}

// command does what run says as soon as it is whole. A device that is not meant
// hears only who is.
func (d *Display) command() {
	if len(d.run) < 2 {
		return
	}
	code := [2]byte(d.run)
	c, known := d.lookup(code)
	if known && len(d.run) < 2+c.values {
		return
	}
	values := d.run[2:]
	d.run = nil
	chosen := code == [2]byte{esc, '='}
	switch {
	case d.away && !chosen:
	case !known || d.held && code != [2]byte{esc, 'Q'} && code != [2]byte{esc, '@'} && !chosen:
		d.strange++
	default:
		c.do(d, values)
	}
}

// text is a byte of ESC Q A … CR.
func (d *Display) text(c byte) {
	if c != cr {
		if len(d.line) < 40 {
			d.line = append(d.line, c)
		}
		return
	}
	row := 0
	if d.where == 'B' {
		row = 1
	}
	if d.where == 'A' || d.where == 'B' || d.where == 'D' {
		for x := range Cols {
			d.cells[row][x] = ' '
			if x < len(d.line) {
				d.cells[row][x] = d.line[x]
			}
		}
		d.held = d.where != 'D'
	} else {
		d.strange++
	}
	d.where, d.line = 0, nil
}

func (d *Display) place(v []byte) {
	if v[0] < 1 || v[0] > Cols || v[1] < 1 || v[1] > Rows {
		d.strange++
		return
	}
	d.x, d.y = int(v[0])-1, int(v[1])-1
}

func (d *Display) setBright(v []byte) {
	if v[0] < 1 || v[0] > 4 {
		d.strange++
		return
	}
	d.bright = int(v[0])
}

func (d *Display) setCursor(v []byte) { d.cursor = v[0]&1 == 1 }

// setBlink is US E n: 255 turns the glass off where the manual says so.
func (d *Display) setBlink(v []byte) {
	d.dark = d.set == DMD && v[0] == 255
	d.blink = int(v[0])
	if d.dark {
		d.blink = 0
	}
}

// move is a control character, or 80 for up and 81 for the bottom line's begin.
func (d *Display) move(c byte) {
	switch c {
	case bs:
		if d.x--; d.x < 0 {
			d.x, d.y = Cols-1, 1-d.y
		}
	case ht:
		d.right()
	case lf:
		d.down()
	case 0x80:
		d.y = 1 - d.y
	case 0x81:
		d.x, d.y = 0, Rows-1
	case hom:
		d.x, d.y = 0, 0
	case cr:
		d.x = 0
	case clr:
		for y := range d.cells {
			d.blank(y)
		}
		d.x, d.y, d.held = 0, 0, false
	case can:
		d.blank(d.y)
		d.x, d.held = 0, false
	default:
		d.strange++
	}
}

func (d *Display) blank(y int) {
	for x := range d.cells[y] {
		d.cells[y][x] = ' '
	}
}

func (d *Display) write(c byte) {
	if d.scroll == 3 {
		copy(d.cells[d.y][:], d.cells[d.y][1:])
		d.cells[d.y][Cols-1] = c
		return
	}
	d.cells[d.y][d.x] = c
	d.right()
}

func (d *Display) right() {
	if d.x++; d.x == Cols {
		d.x = 0
		d.down()
	}
}

func (d *Display) down() {
	if d.y++; d.y < Rows {
		return
	}
	d.y = 0
	if d.scroll == 2 {
		d.cells[0], d.y = d.cells[1], 1
		d.blank(1)
	}
}
