// Package numpad drives USB number pads (数字小键盘) through Linux input: the
// cheapest call keypad of a window, or a citizens' keypad with stickers on its
// keys.
//
// As a call keypad it collects the digits and reports them with the key that
// follows: the window of a transfer, the number of a call. As an evaluator each
// digit is a rating. Key codes are those of linux/input-event-codes.h.
//
// A keyboard cannot repeat what was not stored, so the driver tries for Patience
// and then gives the press up: a call that comes later than that would surprise
// everybody. Two ratings within 300 ms are nobody's answer (R-KEY-15), and a key
// that is held for 10 s is stuck (R-KEY-14). A pad that is unplugged ends Run.
//
// It has no lamp, digits or buzzer of its own: orders to show something are
// accepted and have no effect.
package numpad
