package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/kiosk/flow"
	"hallward/kiosk/slip"
)

// begun is the note of a print under way.
type begun struct {
	Number string    `json:"number"`
	At     time.Time `json:"at"`
}

// printViews are the hall's views that the slip is made from.
type printViews struct {
	catalogue contract.Catalogue
	calendar  contract.Calendar
	windows   contract.Windows
}

// Outcomes of ticket.unprinted/1.
const (
	outcomeFailed  = "failed"
	outcomeUnknown = "unknown"
)

// faultRestart is the fault of a print that the end of the process has cut off.
const faultRestart = "restart"

// endWithin is how long a print that has begun may go on, to its last write,
// when the process is told to stop.
const endWithin = 5 * time.Second

// print puts a ticket on paper: note, slip, proof, event. The event of the
// outcome is on disk before the screen hears of it.
func (s *Station) print(ctx context.Context, f flow.Print, views printViews) {
	t := f.Ticket
	failed := func(code devices.FaultCode, maybe bool) {
		s.send(ctx, flow.PrintFailed{Ticket: t.Ticket, Fault: string(code), Maybe: maybe})
	}
	if err := s.note(ctx, t); err != nil {
		s.log.Error("a ticket is not printed: its note cannot be stored", "number", t.Number, "error", err)
		failed(devices.FaultStorage, false)
		s.insist(ctx, []journal.Fact{{Key: printKey + t.Ticket}}, contract.EvTicketUnprinted,
			contract.TicketUnprinted{Ticket: t.Ticket, Outcome: outcomeFailed, Fault: string(devices.FaultStorage)})
		return
	}
	doc, err := slip.Ticket(t, views.catalogue, f.Lang, slip.Hours(views.calendar), slip.Windows(views.windows), slip.Name(f.Name))
	var proof devices.Proof
	switch {
	case err != nil:
		s.log.Error("a slip cannot be made", "number", t.Number, "error", err)
		err = &devices.PrintError{Code: devices.FaultRejected, Err: err}
	case s.cfg.Printer == nil:
		err = &devices.PrintError{Code: devices.FaultMissing}
	default:
		proof, err = s.onPaper(ctx, doc)
	}
	// The word of the printer goes to disk even while the process stops.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	done := []journal.Fact{{Key: printKey + t.Ticket}}
	if err == nil {
		if err := s.report(end, done, contract.EvTicketPrinted, contract.TicketPrinted{Ticket: t.Ticket, Proof: string(proof.Kind)}); err != nil {
			s.log.Error("a ticket is printed, but that cannot be stored", "number", t.Number, "error", err)
			failed(devices.FaultStorage, true)
			s.insist(ctx, done, contract.EvTicketPrinted, contract.TicketPrinted{Ticket: t.Ticket, Proof: string(proof.Kind)})
			return
		}
		s.send(ctx, flow.Printed{Ticket: t.Ticket})
		return
	}
	code, maybe := devices.FaultBroken, true
	var pe *devices.PrintError
	if errors.As(err, &pe) {
		code, maybe = pe.Code, pe.Maybe
	}
	outcome := outcomeFailed
	if maybe {
		outcome = outcomeUnknown
	}
	s.log.Warn("a ticket is not printed", "number", t.Number, "outcome", outcome, "error", err)
	came := contract.TicketUnprinted{Ticket: t.Ticket, Outcome: outcome, Fault: string(code)}
	err = s.report(end, done, contract.EvTicketUnprinted, came)
	failed(code, maybe)
	if err != nil {
		s.log.Error("a failed print cannot be stored", "number", t.Number, "error", err)
		s.insist(ctx, done, contract.EvTicketUnprinted, came)
	}
}

// note stores that a print has begun. A lent number was stored together with it.
func (s *Station) note(ctx context.Context, t contract.Ticket) error {
	if s.stock.hasNote(t.Ticket) {
		return nil
	}
	note, err := json.Marshal(begun{Number: t.Number, At: time.Now().UTC()})
	if err != nil {
		return err
	}
	return s.cfg.Store.Put(ctx, printKey+t.Ticket, note)
}

// insistEvery is the pause between two tries to store what a print came to.
const insistEvery = 2 * time.Second

// insist stores the outcome of a print as soon as the disk takes something
// again. Should the process end before, the note of the print is still there.
// What comes twice, because a write that failed was on the disk after all,
// changes nothing at the hall.
func (s *Station) insist(ctx context.Context, facts []journal.Fact, typ string, data any) {
	t := time.NewTicker(insistEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if s.report(ctx, facts, typ, data) == nil {
				return
			}
		}
	}
}

// printAppointment puts the code of a new appointment on paper. It is on the
// screen as well, so a print that fails is only said.
func (s *Station) printAppointment(ctx context.Context, f flow.PrintAppointment, views printViews) {
	doc, err := slip.Appointment(f.Appointment, views.catalogue, f.Lang, slip.Hours(views.calendar))
	if err == nil {
		_, err = s.onPaper(ctx, doc)
	}
	if err != nil {
		s.log.Warn("the slip of an appointment is not printed", "appointment", f.Appointment.Appointment, "error", err)
		s.send(ctx, flow.SlipFailed)
		return
	}
	s.send(ctx, flow.SlipPrinted)
}

// onPaper prints within the time that a citizen waits. A print that has begun
// gets a little more time when the process is told to stop.
func (s *Station) onPaper(ctx context.Context, doc devices.Document) (devices.Proof, error) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.times.Print)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(endWithin/2, cancel) })()
	return s.cfg.Printer.Print(limited, doc)
}

// recover reports every print that had begun and not ended: paper may be out,
// or not. Nobody is asked to stand there any more, so the hall decides.
func (s *Station) recover(ctx context.Context) error {
	open, err := s.cfg.Store.Facts(printKey)
	if err != nil {
		return fmt.Errorf("station: prints under way: %w", err)
	}
	for key, raw := range open {
		var b begun
		_ = json.Unmarshal(raw, &b) // the number is for the log only
		ticket := key[len(printKey):]
		s.log.Warn("a print was cut off by the end of the process", "number", b.Number)
		if err := s.report(ctx, []journal.Fact{{Key: key}}, contract.EvTicketUnprinted,
			contract.TicketUnprinted{Ticket: ticket, Outcome: outcomeUnknown, Fault: faultRestart}); err != nil {
			return fmt.Errorf("station: print of %s under way: %w", b.Number, err)
		}
	}
	return nil
}

// report stores an event for the hall together with changed facts.
func (s *Station) report(ctx context.Context, facts []journal.Fact, typ string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("station: %s: %w", typ, err)
	}
	return s.cfg.Store.Commit(ctx, &journal.Commit{
		Events: []contract.Event{{Type: typ, Time: time.Now().UTC().Truncate(time.Millisecond), Data: raw}},
		Facts:  facts,
	})
}
