package rtu

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/simonvetter/modbus"

	"hallward/devices/link"
	"hallward/devices/sim/port"
)

// peer is somebody else's unit: holding registers 0 to 99 keep what is written,
// all others are refused; input register n is 1000 times the unit plus n.
func peer(t *testing.T, c *Client) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	for unit := 3; unit <= 5; unit += 2 {
		if err := c.WriteOne(ctx, unit, 7, uint16(0xA500+unit)); err != nil {
			t.Fatal(err)
		}
		if err := c.Write(ctx, unit, 8, 1, 0xFFFF, 0x5AA5); err != nil {
			t.Fatal(err)
		}
		got, err := c.Read(ctx, unit, ReadHolding, 7, 4)
		if want := []uint16{uint16(0xA500 + unit), 1, 0xFFFF, 0x5AA5}; err != nil || !slices.Equal(got, want) {
			t.Errorf("unit %d: %04X, %v, want %04X", unit, got, err, want)
		}
		got, err = c.Read(ctx, unit, ReadInput, 40, 2)
		if want := []uint16{uint16(1000*unit + 40), uint16(1000*unit + 41)}; err != nil || !slices.Equal(got, want) {
			t.Errorf("unit %d: input %d, %v, want %d", unit, got, err, want)
		}
		if got, err := c.Read(ctx, unit, ReadInput, 0, MaxRead); err != nil || len(got) != MaxRead {
			t.Errorf("unit %d: the longest answer: %d registers, %v", unit, len(got), err)
		}
		var refused *Exception
		if err := c.Write(ctx, unit, 500, 1, 2); !errors.As(err, &refused) || refused.Code != 2 || refused.Func != WriteMany {
			t.Errorf("unit %d: a register that is not there: %v", unit, err)
		}
	}
}

// modbusSerial is npm's modbus-serial, which knows nothing of this project.
const modbusSerial = "../../.bin/modbus-serial/node_modules/modbus-serial"

// The client and a unit played by modbus-serial understand each other over a
// serial line, CRC included.
func TestModbusSerial(t *testing.T) {
	module, err := filepath.Abs(modbusSerial)
	if err == nil {
		_, err = filepath.EvalSymlinks(module)
	}
	if err != nil {
		t.Fatalf("this test needs modbus-serial: run  . deploy/setup.sh && need_modbus_serial  (%v)", err)
	}
	ours, theirs := cable(t)
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "node", "testdata/unit.js", module, theirs)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("modbus-serial needs Node.js: %v", err)
	}
	defer func() { in.Close(); cmd.Wait() }()
	if word, err := bufio.NewReader(out).ReadString('\n'); word != "ready\n" {
		t.Fatalf("the unit says %q, %v", word, err)
	}
	l, err := link.Open(ctx, "serial:"+ours)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	peer(t, NewClient(l, &Opts{Answer: 30 * time.Second}))
}

// cable is two serial ports that are connected.
func cable(t *testing.T) (a, b string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	t.Cleanup(func() { stop(); all.Wait() })
	var lines [2]chan io.ReadWriteCloser
	paths := [2]string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")}
	for i := range lines {
		lines[i] = make(chan io.ReadWriteCloser, 1)
		p, err := port.OpenPTY(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			p.Run(ctx, func(ctx context.Context, line io.ReadWriteCloser) error {
				lines[i] <- line
				<-ctx.Done()
				return ctx.Err()
			})
		})
	}
	all.Go(func() {
		var ends [2]io.ReadWriteCloser
		for i := range ends {
			select {
			case ends[i] = <-lines[i]:
			case <-ctx.Done():
				return
			}
		}
		go io.Copy(ends[0], ends[1])
		go io.Copy(ends[1], ends[0])
		<-ctx.Done()
		ends[0].Close()
		ends[1].Close()
	})
	return paths[0], paths[1]
}

// registers is a unit of github.com/simonvetter/modbus.
type registers struct{ kept map[uint8]map[uint16]uint16 }

func (r *registers) HandleHoldingRegisters(q *modbus.HoldingRegistersRequest) ([]uint16, error) {
	if int(q.Addr)+int(q.Quantity) > 100 {
		return nil, modbus.ErrIllegalDataAddress
	}
	unit := r.kept[q.UnitId]
	if unit == nil {
		unit = map[uint16]uint16{}
		r.kept[q.UnitId] = unit
	}
	var values []uint16
	for i := range q.Quantity {
		if q.IsWrite {
			unit[q.Addr+i] = q.Args[i]
		}
		values = append(values, unit[q.Addr+i])
	}
	return values, nil
}

func (r *registers) HandleInputRegisters(q *modbus.InputRegistersRequest) ([]uint16, error) {
	var values []uint16
	for i := range q.Quantity {
		values = append(values, 1000*uint16(q.UnitId)+q.Addr+i)
	}
	return values, nil
}

func (*registers) HandleCoils(*modbus.CoilsRequest) ([]bool, error) {
	return nil, modbus.ErrIllegalFunction
}

func (*registers) HandleDiscreteInputs(*modbus.DiscreteInputsRequest) ([]bool, error) {
	return nil, modbus.ErrIllegalFunction
}

// The client and the server of simonvetter/modbus understand each other. That
// server speaks Modbus TCP only, so its frames are dressed anew on the way, as a
// gateway does it.
func TestSimonvetterServer(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	server, err := modbus.NewServer(&modbus.ServerConfiguration{URL: "tcp://" + address}, &registers{map[uint8]map[uint16]uint16{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	peer(t, NewClient(&gateway{conn: conn, answers: make(chan []byte, 1)}, &Opts{Baud: 115200, Answer: 30 * time.Second}))
}

// gateway is a link that turns RTU frames into Modbus TCP and back.
type gateway struct {
	conn    net.Conn
	answers chan []byte
	rest    []byte
}

func (g *gateway) Write(b []byte) (int, error) {
	f, err := Decode(b)
	if err != nil {
		return 0, err
	}
	packet := binary.BigEndian.AppendUint16([]byte{0, 1, 0, 0}, uint16(2+len(f.Data)))
	packet = append(append(packet, f.Unit, f.Func), f.Data...)
	if _, err := g.conn.Write(packet); err != nil {
		return 0, err
	}
	head := make([]byte, 6)
	if _, err := io.ReadFull(g.conn, head); err != nil {
		return 0, err
	}
	body := make([]byte, binary.BigEndian.Uint16(head[4:]))
	if _, err := io.ReadFull(g.conn, body); err != nil {
		return 0, err
	}
	answer, err := Encode(Frame{body[0], body[1], body[2:]})
	g.answers <- answer
	return len(b), err
}

func (g *gateway) Read(p []byte) (int, error) {
	if len(g.rest) == 0 {
		late := time.NewTimer(10 * time.Millisecond)
		defer late.Stop()
		select {
		case g.rest = <-g.answers:
		case <-late.C:
			return 0, link.ErrTimeout
		}
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

func (g *gateway) Drain() error   { return nil }
func (g *gateway) Close() error   { return g.conn.Close() }
func (g *gateway) String() string { return "gateway" }
