// Package queue (排队) holds the rules of the numbers that citizens draw: the
// states of a ticket, who is called next and how numbers are formed. How long a
// citizen will probably wait is package forecast.
//
// The life of a ticket is a table of verbs and states, below, with no hole in
// it (R-QUE-13): each cell is the next state, "=" for "accepted, nothing
// changes", or "!" and the code of the refusal. The same table as a document
// is STATES.md, written by the test.
package queue

import (
	"fmt"
	"strings"
)

// State is where a ticket is in its life.
type State string

// States of a ticket.
const (
	Issued      State = "issued"      // the number is on disk, the paper not yet out
	Unconfirmed State = "unconfirmed" // the paper failed, or may have failed
	Waiting     State = "waiting"     // it may be called
	Called      State = "called"      // to a window, the citizen is on the way
	Serving     State = "serving"     // at the window
	Held        State = "held"        // set aside by a window that will go on with it
	Finished    State = "finished"
	Missed      State = "missed" // called, and nobody came
	Void        State = "void"
	Late        State = "late" // void, but its paper came out afterwards: staff may put it back
)

// States in the order of the table.
var States = []State{Issued, Unconfirmed, Waiting, Called, Serving, Held, Finished, Missed, Void, Late}

// Verb is what happens to a ticket.
type Verb string

// Verbs.
const (
	Confirm   Verb = "confirm"   // the printer's word that the paper is out
	Unconfirm Verb = "unconfirm" // the paper is not, or may not be out
	Note      Verb = "note"      // the citizen's word that the number is noted
	Cancel    Verb = "void"      // given up by the citizen, by staff or by time
	Call      Verb = "call"
	Recall    Verb = "recall"
	NoShow    Verb = "no-show"
	Start     Verb = "start"
	Finish    Verb = "finish"
	Transfer  Verb = "transfer" // to another service or window, keeping its place
	Hold      Verb = "hold"
	Unhold    Verb = "unhold" // called again at the window that holds it
	Return    Verb = "return" // back into the queue, at its place
	Reinstate Verb = "reinstate"
	Reprint   Verb = "reprint"  // paper once more, marked
	Continue  Verb = "continue" // one service of several is done; back into the queue for the next, at its place
	GoOn      Verb = "go-on"    // one service of several is done; the next at the same window
	Admit     Verb = "admit"    // served at once where it was taken, without a call
	Correct   Verb = "correct"  // it is for another service of the same window
	Quiet     Verb = "quiet"    // called by eye only, or with a voice again
	DayEnd    Verb = "day-end"
)

// Verbs in the order of the table.
var Verbs = []Verb{Confirm, Unconfirm, Note, Cancel, Call, Recall, NoShow, Start, Finish, Transfer, Hold, Unhold, Return, Reinstate, Reprint, Continue, GoOn, Admit, Correct, Quiet, DayEnd}

// Codes of refusals that the table gives. Their words stand in package hall.
const (
	NotConfirmed  = "not-confirmed"  // no paper, and nobody has noted it
	AlreadyCalled = "already-called" // it is at a window
	NotCalled     = "not-called"     // it still waits
	StartFirst    = "start-first"
	Started       = "started" // it is being served
	IsHeld        = "held"
	NotHeld       = "not-held"
	IsFinished    = "finished"
	IsMissed      = "missed"
	IsVoid        = "void"
)

const grid = `
           issued         unconfirmed    waiting     called          serving         held      finished   missed    void   late
confirm    waiting        waiting        =           =               =               =         =          =         late   =
unconfirm  unconfirmed    =              =           =               =               =         =          =         =      =
note       waiting        waiting        =           =               =               =         =          =         !void  !void
void       void           void           void        void            !started        void      !finished  void      =      void
call       !not-confirmed !not-confirmed called      !already-called !already-called !held     !finished  !missed   !void  !void
recall     !not-confirmed !not-confirmed !not-called called          !started        !held     !finished  !missed   !void  !void
no-show    !not-confirmed !not-confirmed !not-called missed          !started        !held     !finished  !missed   !void  !void
start      !not-confirmed !not-confirmed !not-called serving         !started        !held     !finished  !missed   !void  !void
finish     !not-confirmed !not-confirmed !not-called !start-first    finished        !held     !finished  !missed   !void  !void
transfer   !not-confirmed !not-confirmed !not-called waiting         waiting         !held     !finished  !missed   !void  !void
hold       !not-confirmed !not-confirmed !not-called held            held            !held     !finished  !missed   !void  !void
unhold     !not-confirmed !not-confirmed !not-held   !not-held       !not-held       called    !finished  !missed   !void  !void
return     !not-confirmed !not-confirmed =           waiting         !started        waiting   !finished  !missed   !void  !void
reinstate  !not-confirmed !not-confirmed =           !already-called !started        !held     !finished  waiting   !void  waiting
reprint    =              =              =           =               =               =         !finished  =         !void  !void
continue   !not-confirmed !not-confirmed !not-called !start-first    waiting         !held     !finished  !missed   !void  !void
go-on      !not-confirmed !not-confirmed !not-called !start-first    serving         !held     !finished  !missed   !void  !void
admit      !not-confirmed !not-confirmed serving     !already-called !started        !held     !finished  !missed   !void  !void
correct    !not-confirmed !not-confirmed !not-called =               =               !held     !finished  !missed   !void  !void
quiet      =              =              =           =               =               =         !finished  =         !void  !void
day-end    void           void           void        void            void            void      =          =         =      =
`

// Outcome is one cell of the table. Exactly one of Next, Same and Refusal is
// set.
type Outcome struct {
	Next    State  // the state after it
	Same    bool   // accepted, and nothing changes
	Refusal string // the code of the refusal
}

type pair struct {
	state State
	verb  Verb
}

var table = parse(grid)

func parse(grid string) map[pair]Outcome {
	lines := strings.Split(strings.TrimSpace(grid), "\n")
	columns := strings.Fields(lines[0])
	t := make(map[pair]Outcome, len(columns)*len(lines))
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(columns)+1 {
			panic(fmt.Sprintf("queue: row %q has %d cells, want %d", cells[0], len(cells)-1, len(columns)))
		}
		for i, cell := range cells[1:] {
			o := Outcome{Next: State(cell)}
			if cell == "=" {
				o = Outcome{Same: true}
			} else if code, refused := strings.CutPrefix(cell, "!"); refused {
				o = Outcome{Refusal: code}
			}
			t[pair{State(columns[i]), Verb(cells[0])}] = o
		}
	}
	return t
}

// Step says what a verb does to a ticket in a state. A pair outside the table
// is refused as IsVoid: a ticket that is not understood is never called.
func Step(s State, v Verb) Outcome {
	o, ok := table[pair{s, v}]
	if !ok {
		return Outcome{Refusal: IsVoid}
	}
	return o
}

// Markdown is the table as a document, with the words of each refusal from
// words (code → Chinese, English).
func Markdown(words func(code string) (zh, en string)) string {
	var b strings.Builder
	b.WriteString("# The life of a ticket\n\nRows are what happens, columns the state before it. A cell is the state after it;\n\"=\" is accepted without a change; *italics* is the code of a refusal.\n\n| |")
	for _, s := range States {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(States)) + "\n")
	codes := []string{}
	seen := map[string]bool{}
	for _, v := range Verbs {
		fmt.Fprintf(&b, "| **%s** |", v)
		for _, s := range States {
			o := Step(s, v)
			switch {
			case o.Same:
				b.WriteString(" = |")
			case o.Refusal != "":
				fmt.Fprintf(&b, " *%s* |", o.Refusal)
				if !seen[o.Refusal] {
					seen[o.Refusal] = true
					codes = append(codes, o.Refusal)
				}
			default:
				fmt.Fprintf(&b, " %s |", o.Next)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n| refusal | words | |\n|---|---|---|\n")
	for _, c := range codes {
		zh, en := words(c)
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c, zh, en)
	}
	return b.String()
}
