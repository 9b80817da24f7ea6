package appointments_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hallward/devices/appointments"
	"hallward/devices/contract"
)

const header = "id,code,service,start,phone_last4,person_hash\n"

// R-KIOSK-10: a list from elsewhere, as a spreadsheet writes it.
func TestRead(t *testing.T) {
	list, err := appointments.Read("list.csv", strings.NewReader("\ufeffService, ID,Start,Phone_Last4,code\r\n"+
		"housing-presale,w-1,2026-11-23 09:30,0100,\r\n"+
		"\"housing-presale\",w-2,2026-11-23T02:00:00Z,,402817\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	want := []contract.AppointmentBooked{
		{Appointment: "w-1", Service: "housing-presale", Start: start, Phone: "0100", Source: "import"},
		{Appointment: "w-2", Code: "402817", Service: "housing-presale", Start: start.Add(30 * time.Minute), Source: "import"},
	}
	if fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", list, want)
	}
}

// Each mistake is named by file, line and value, and what may be a person's
// number is not repeated.
func TestMistakes(t *testing.T) {
	whole, number := "00000001234", strings.Repeat("9", 18)
	for name, c := range map[string]struct{ list, want string }{
		"empty":        {"", "list.csv:1: want a line with the columns id,code,"},
		"column":       {"id,service,start,name\n", `list.csv:1: column "name": want some of id,code,`},
		"twice":        {"id,service,start,id\n", `list.csv:1: column "id" stands twice`},
		"missing":      {"id,start,code\n", `list.csv:1: column "service" is missing`},
		"start":        {header + "w-1,402817,a,tomorrow,,\n", `list.csv:2: start "tomorrow": want 2026-11-23 09:30, or RFC 3339`},
		"id":           {header + "w 1,402817,a,2026-11-23 09:30,,\n", `list.csv:2: id "w 1": want 1 to 64 of`},
		"service":      {header + "w-1,402817,,2026-11-23 09:30,,\n", `list.csv:2: service "": want the id of a service`},
		"code":         {header + "w-1,12345,a,2026-11-23 09:30,,\n", `list.csv:2: code 5 characters: want six digits or nothing`},
		"whole phone":  {header + "w-1,,a,2026-11-23 09:30," + whole + ",\n", `list.csv:2: phone_last4 11 characters: want the last four digits alone`},
		"whole number": {header + "w-1,,a,2026-11-23 09:30,," + number + "\n", `list.csv:2: person_hash 18 characters: want a keyed hash`},
		"nobody":       {header + "w-1,,a,2026-11-23 09:30,,\n", `list.csv:2: want a code, phone_last4 or person_hash`},
		"again":        {header + "w-1,402817,a,2026-11-23 09:30,,\n\nw-1,402818,a,2026-11-23 09:30,,\n", `list.csv:4: id "w-1": stands on line 2 already`},
		"short":        {header + "w-1,402817\n", `list.csv:2: 2 values, want 6 as in the first line`},
		"quote":        {header + "\"w-1,402817,a,2026-11-23 09:30,,\n", `list.csv:`},
	} {
		_, err := appointments.Read("list.csv", strings.NewReader(c.list))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), whole) || strings.Contains(err.Error(), number) {
			t.Errorf("%s: a person's number is repeated: %v", name, err)
		}
	}
	_, err := appointments.Read("list.csv", strings.NewReader(header+"w-1,1,a,2026-11-23 09:30,,\nw-2,402817,a,noon,,\n"))
	if err == nil || !strings.Contains(err.Error(), "list.csv:2:") || !strings.Contains(err.Error(), "list.csv:3:") {
		t.Errorf("two mistakes: %v", err)
	}
}

func TestBatches(t *testing.T) {
	batches := appointments.Batches(make([]contract.AppointmentBooked, 401))
	if len(batches) != 5 || len(batches[0].Appointments) != 100 || len(batches[4].Appointments) != 1 {
		t.Errorf("%d batches", len(batches))
	}
	sum := appointments.Add(contract.Imported{Booked: 1, Refused: []string{"a: full"}}, contract.Imported{Known: 2, Refused: []string{"b: full"}})
	if sum.Booked != 1 || sum.Known != 2 || len(sum.Refused) != 2 {
		t.Errorf("sum %+v", sum)
	}
}

// No bytes make Read panic, and what it takes has the form that the hall takes.
func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "w-1,402817,a,2026-11-23 09:30,0100,\n"))
	f.Add([]byte("\ufeffid,service,start\n\"\n"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := appointments.Read("f", strings.NewReader(string(raw)))
		if err != nil {
			return
		}
		for _, a := range list {
			if a.Appointment == "" || a.Service == "" || a.Start.IsZero() || len(a.Phone) > 4 {
				t.Errorf("taken was %+v", a)
			}
		}
	})
}
