package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/node"
)

// deviceTests are the commands that test a device, by what it can do.
var deviceTests = map[string]func(device string) (typ string, data any){
	"printer": func(device string) (string, any) {
		return contract.CmdPrinterTest, contract.PrinterTest{Device: device}
	},
}

// testMargin is kept of a test's time for the answer's way back.
const testMargin = time.Second

// commander sends a command to a node and knows the nodes; *node.Host is one.
type commander interface {
	Nodes() map[string]node.NodeInfo
	CommandID(ctx context.Context, node, id, typ string, data any) (contract.Answer, error)
}

// testDevice passes a device.test/1 on to the node that has the device, under
// the same id, so that asking again tests nothing twice. It is no business of
// the rules and changes nothing, so it does not go through the journal.
func testDevice(ctx context.Context, nodes commander, role string, r contract.Request) contract.Answer {
	refused := func(code, zh, en string) contract.Answer {
		return contract.Answer{ID: r.ID, Result: contract.ResultRefused, Error: &contract.Problem{Code: code, Message: zh, MessageEN: en}}
	}
	if role != hall.RoleWindow && role != hall.RoleHall {
		zh, en := hall.Words(hall.NotAllowed)
		return refused(hall.NotAllowed, zh, en)
	}
	var d contract.DeviceTest
	if err := json.Unmarshal(r.Data, &d); err != nil {
		zh, en := hall.Words(hall.BadRequest)
		return refused(hall.BadRequest, zh, en)
	}
	at := fmt.Sprintf("%.32s/%.32s", d.Node, d.Device)
	away := refused("node-away", fmt.Sprintf("%s 没有连接，请先检查它的电源和网络。", at),
		fmt.Sprintf("%s is not connected; please look at its power and network first.", at))
	info, known := nodes.Nodes()[d.Node]
	if !known || !info.Ready {
		return away
	}
	i := slices.IndexFunc(info.Birth.Devices, func(b contract.DeviceBirth) bool { return b.ID == d.Device })
	if i < 0 {
		return refused("unknown-device", fmt.Sprintf("没有设备 %s，请核对名称。", at), fmt.Sprintf("There is no device %s; please check its name.", at))
	}
	for _, able := range info.Birth.Devices[i].Capabilities {
		test := deviceTests[able]
		if test == nil {
			continue
		}
		typ, data := test(d.Device)
		// The asker's own measure of time: its clock may be wrong.
		limited, cancel := context.WithTimeout(ctx, r.Expires.Sub(r.Issued)-testMargin)
		defer cancel()
		a, err := nodes.CommandID(limited, d.Node, r.ID, typ, data)
		switch {
		case ctx.Err() != nil:
			return contract.Answer{} // the process stops: to be asked again
		case errors.Is(err, node.ErrNodeAway):
			return away
		case err != nil:
			return contract.Answer{ID: r.ID, Result: contract.ResultFailed, Error: &contract.Problem{Code: "no-answer",
				Message: fmt.Sprintf("%s 没有及时答复，不知道是否已测试。", at), MessageEN: fmt.Sprintf("%s has not answered in time; whether it was tested is not known.", at)}}
		}
		a.ID = r.ID
		return a
	}
	return refused("no-test", fmt.Sprintf("设备 %s 没有可用的测试。", at), fmt.Sprintf("There is no test for %s.", at))
}
