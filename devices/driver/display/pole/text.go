package pole

import (
	"context"
	"fmt"

	"periph.io/x/conn/v3/display"
)

// The display as periph knows text displays, for whoever writes on it by hand.
// Its places are 1-based, lines first.
var _ display.TextDisplay = (*Dev)(nil)

// Cols is the number of columns.
func (d *Dev) Cols() int { return Cols }

// Rows is the number of lines.
func (d *Dev) Rows() int { return Rows }

// MinCol is the first column.
func (d *Dev) MinCol() int { return 1 }

// MinRow is the first line.
func (d *Dev) MinRow() int { return 1 }

// AutoScroll moves the lines up when one is written below the last; without, the
// first is written over.
func (d *Dev) AutoScroll(enabled bool) error {
	if enabled {
		return d.tell(d.set.scroll...)
	}
	return d.tell(d.set.over...)
}

// Clear makes the display empty; the cursor goes home.
func (d *Dev) Clear() error { return d.tell(clear) }

// Home moves the cursor to the first character.
func (d *Dev) Home() error { return d.tell(home) }

// Cursor shows or hides the cursor. The display has one kind only, so every mode
// but CursorOff is that.
func (d *Dev) Cursor(modes ...display.CursorMode) error {
	on := byte(0)
	for _, m := range modes {
		switch {
		case m < display.CursorOff || m > display.CursorBlink:
			return fmt.Errorf("%s: cursor mode %d: %w", d.set.name, m, display.ErrInvalidCommand)
		case m != display.CursorOff:
			on = 1
		}
	}
	return d.tell(append(append([]byte(nil), d.set.cursor...), on)...)
}

// Move moves the cursor by one.
func (d *Dev) Move(dir display.CursorDirection) error {
	switch dir {
	case display.Backward:
		return d.tell(left)
	case display.Forward:
		return d.tell(right)
	case display.Up:
		return d.tell(d.set.up...)
	case display.Down:
		return d.tell(down)
	}
	return fmt.Errorf("%s: direction %d: %w", d.set.name, dir, display.ErrInvalidCommand)
}

// MoveTo moves the cursor to a place.
func (d *Dev) MoveTo(row, col int) error {
	if row < 1 || row > Rows || col < 1 || col > Cols {
		return fmt.Errorf("%s: line %d, column %d: want 1 to %d and 1 to %d: %w", d.set.name, row, col, Rows, Cols, display.ErrInvalidCommand)
	}
	return d.tell(append(append([]byte(nil), d.set.place...), byte(col), byte(row))...)
}

// Display turns the display off and on; what stands on it is kept. The CD5220
// set has no command for it.
func (d *Dev) Display(on bool) error {
	n := d.set.dark
	if on {
		n = 0
	} else if n == 0 {
		return fmt.Errorf("%s: display off: %w", d.set.name, display.ErrNotImplemented)
	}
	return d.tell(append(append([]byte(nil), d.set.blink...), n)...)
}

// Write writes characters where the cursor stands. What is no character is
// shown as a question mark, and never reaches the display as a command.
func (d *Dev) Write(p []byte) (int, error) {
	b := make([]byte, len(p))
	for i, c := range p {
		if b[i] = c; c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	if err := d.tell(b...); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WriteString writes text where the cursor stands.
func (d *Dev) WriteString(text string) (int, error) {
	if err := d.tell([]byte(ascii(text))...); err != nil {
		return 0, err
	}
	return len(text), nil
}

func (d *Dev) tell(b ...byte) error { return d.send(context.Background(), b) }
