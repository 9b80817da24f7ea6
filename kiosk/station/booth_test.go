package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/journal"
	"hallward/kiosk/flow"
)

var errCut = errors.New("cut off")

// office is the hall: its rules, and the log that they are replayed from.
type office struct {
	t       *testing.T
	state   *hall.State
	log     []contract.Event
	answers map[string]contract.Answer
	inbox   map[string]journal.InboxMark
}

func officeSetup() *hall.Setup {
	services := []hall.Service{
		{ServiceInfo: contract.ServiceInfo{ID: "a", Unit: "u", Prefix: "A", Name: contract.Text2{ZH: "事项一"}}},
		{ServiceInfo: contract.ServiceInfo{ID: "b", Unit: "u", Prefix: "A", Name: contract.Text2{ZH: "事项二"}}},
		{ServiceInfo: contract.ServiceInfo{ID: "c", Unit: "u", Prefix: "C", Name: contract.Text2{ZH: "事项三"}}}}
	return &hall.Setup{
		Hall:     contract.HallInfo{ID: "luotian", Name: contract.Text2{ZH: "中心"}, ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0110"},
		Services: services, Windows: []hall.Window{{ID: "w1", Label: "1", Services: []string{"a", "b", "c"}}},
		Nodes: []hall.Node{{ID: "kiosk-1", Role: hall.RoleKiosk}, {ID: "kiosk-2", Role: hall.RoleKiosk}},
		Hours: &calendar.Hours{Zone: time.UTC, ZoneName: "UTC", Weekdays: [7]bool{true, true, true, true, true, true, true},
			Segments: []calendar.Segment{{From: 0, To: 24 * 60}}, NoHolidays: true},
	}
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, answers: map[string]contract.Answer{}, inbox: map[string]journal.InboxMark{}}
	o.restart()
	return o
}

// restart reads the state back from the log.
func (o *office) restart() {
	o.state = hall.New(officeSetup())
	for _, e := range o.log {
		if err := o.state.Apply(e); err != nil {
			o.t.Fatal(err)
		}
	}
}

// backup is a copy of everything; jump says that it is noticed when it is put
// back.
func (o *office) backup() (restore func(jump bool)) {
	log, answers, inbox := slices.Clone(o.log), maps.Clone(o.answers), maps.Clone(o.inbox)
	return func(jump bool) {
		o.log, o.answers, o.inbox = slices.Clone(log), maps.Clone(answers), maps.Clone(inbox)
		o.restart()
		if jump {
			o.decide(hall.Command{Type: hall.CmdCopied, Role: hall.RoleHall, Data: json.RawMessage(`{}`)})
		}
	}
}

func (o *office) decide(c hall.Command) hall.Decision {
	d := o.state.Decide(c, time.Now())
	for _, e := range d.Events {
		e.Sequence = uint64(len(o.log) + 1)
		if err := o.state.Apply(e); err != nil {
			o.t.Fatal(err)
		}
		o.log = append(o.log, e)
	}
	return d
}

func (o *office) ask(node, id, typ string, data any) contract.Answer {
	if a, ok := o.answers[id]; ok {
		return a
	}
	raw, err := json.Marshal(data)
	if err != nil {
		o.t.Fatal(err)
	}
	d := o.decide(hall.Command{ID: id, Type: typ, Node: node, Role: hall.RoleKiosk, Data: raw})
	a := contract.Answer{ID: id, Result: contract.ResultOK, Error: d.Refusal}
	if d.Refusal != nil {
		a.Result = contract.ResultRefused
	}
	if a.Data, err = json.Marshal(d.Answer); err != nil {
		o.t.Fatal(err)
	}
	o.answers[id] = a
	return a
}

// drive is a kiosk's disk with its outbox.
type drive struct {
	*disk
	epoch  string
	acked  int
	copied bool
}

func newDrive() *drive { return &drive{disk: newDisk(), epoch: ulid.Make().String()} }

func (d *drive) Copied() bool { return d.copied }

func (d *drive) Settle(context.Context) error {
	d.copied = false
	return nil
}

// backup is a copy of the disk as it is; put back, it is noticed or not.
func (d *drive) backup() func(noticed bool) *drive {
	c := drive{disk: &disk{facts: maps.Clone(d.facts), events: slices.Clone(d.events)}, epoch: d.epoch, acked: d.acked}
	return func(noticed bool) *drive {
		back := drive{disk: &disk{facts: maps.Clone(c.facts), events: slices.Clone(c.events)}, epoch: c.epoch, acked: c.acked, copied: noticed}
		if noticed {
			back.epoch = ulid.Make().String()
		}
		return &back
	}
}

// paperSlip is a number on paper, in a citizen's hand.
type paperSlip struct {
	number, ticket, kiosk, service string
	at                             time.Time // really
	lost                           bool      // with the disk that knew of it
}

// booth is a kiosk.
type booth struct {
	*Station
	t      *testing.T
	id     string
	office *office
	drive  *drive
	up     bool
	deaf   bool          // the answer of the next request is lost
	wrong  time.Duration // of the machine's clock
	silent bool          // it tells nobody what it has seen: the positive control
	slips  []paperSlip
	served int              // of the slips
	used   map[string][]int // serials by prefix that were given from the stock
}

func newBooth(t *testing.T, id string, o *office) *booth {
	b := &booth{t: t, id: id, office: o, drive: newDrive(), used: map[string][]int{}}
	b.switchOn()
	return b
}

func (b *booth) switchOn() {
	b.t.Helper()
	b.up = false
	var err error
	b.Station, err = New(Config{Node: b.id, Asker: b, Store: b.drive, Printer: b, Log: quiet()})
	if err != nil {
		b.t.Fatal(err)
	}
	b.stock.clock = func() time.Time { return time.Now().Add(b.wrong) }
	if err := b.recover(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// AskID makes the booth its station's way to the hall.
func (b *booth) AskID(_ context.Context, id, typ string, data any) (contract.Answer, error) {
	if !b.up {
		return contract.Answer{}, errCut
	}
	if d, ok := data.(contract.LendNumbers); ok && b.silent {
		d.Seen, d.Lent, d.Holds = nil, nil, nil
		data = d
	}
	a := b.office.ask(b.id, id, typ, data)
	if b.deaf {
		b.deaf = false
		return contract.Answer{}, errCut
	}
	return a, nil
}

// Status and Print make it the printer too.
func (b *booth) Status() devices.PrinterStatus {
	return devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOK}
}

func (b *booth) Print(context.Context, devices.Document) (devices.Proof, error) {
	return devices.Proof{Kind: devices.ProofPrinted}, nil
}

// drain leaves out what only screens would hear.
func (b *booth) drain() {
	for len(b.events) > 0 {
		<-b.events
	}
}

func (b *booth) link(up bool) {
	b.up = up
	b.Online(b.t.Context(), up)
	if up {
		_ = b.borrow(b.t.Context()) // what keepNumbers does; without an answer the next take does it
		b.deliver()
		b.look()
	}
	b.drain()
}

// deliver brings the outbox to the hall.
func (b *booth) deliver() {
	if !b.up {
		return
	}
	mark := b.office.inbox[b.id]
	if mark.Epoch != b.drive.epoch {
		mark = journal.InboxMark{Node: b.id, Epoch: b.drive.epoch, Through: uint64(b.drive.acked)}
	}
	for i := max(int(mark.Through), b.drive.acked); i < len(b.drive.events); i++ {
		e := b.drive.events[i]
		b.office.decide(hall.Command{ID: fmt.Sprint(i), Type: e.Type, Node: b.id, Role: hall.RoleKiosk, Data: e.Data})
		mark.Through = uint64(i + 1)
	}
	b.office.inbox[b.id] = mark
	b.drive.acked = len(b.drive.events)
}

// look takes the hall's view of the queue.
func (b *booth) look() {
	if b.up {
		b.Station.View(b.t.Context(), contract.ViewQueue, mustJSON(b.t, b.office.state.QueueView(time.Now())))
		b.drain()
	}
}

func mustJSON(t *testing.T, v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// take is a citizen: a number, and paper of it. False: there was none.
func (b *booth) take(service string) bool {
	b.t.Helper()
	catalogue, day := b.office.state.CatalogueView(), b.office.state.Day
	begun := time.Now()
	f := flow.Ask{ID: ulid.Make().String(), Type: contract.AskTicketTake, Data: contract.TakeTicket{Service: service, Lang: "zh-CN"}, For: 8 * time.Second}
	a, _ := b.number(b.t.Context(), f, atAsking{catalogue: catalogue, day: day, paper: true})
	t, ok := ticketOf(a)
	if !ok {
		return false
	}
	if t.Offline {
		var serial int
		if _, err := fmt.Sscanf(t.Number[1:], "%d", &serial); err != nil {
			b.t.Fatal(err)
		}
		b.used[t.Number[:1]] = append(b.used[t.Number[:1]], serial)
	}
	b.print(b.t.Context(), flow.Print{Ticket: t, Lang: "zh-CN"}, printViews{catalogue: catalogue})
	b.slips = append(b.slips, paperSlip{number: t.Number, ticket: t.Ticket, kiosk: b.id, service: service, at: begun})
	b.drain()
	b.deliver()
	b.look()
	return true
}

// forget marks what the hall cannot have heard of, because its disk is gone.
func (b *booth) forget() {
	for i := range b.slips {
		if b.office.state.Tickets[b.slips[i].ticket] == nil {
			b.slips[i].lost = true
		}
	}
}
