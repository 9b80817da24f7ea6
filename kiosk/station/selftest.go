package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/kiosk/slip"
)

// Codes of answers to a test beside the faults of devices.
const (
	codeBadRequest    = "bad-request"
	codeUnknownDevice = "unknown-device"
	codeBusy          = "busy"
)

// TestPrinter carries out contract.CmdPrinterTest: a test slip on the ticket
// printer. It is refused while a citizen waits for a ticket. The screens do not
// hear of it; a citizen who comes meanwhile gets the next slip.
func (s *Station) TestPrinter(ctx context.Context, r contract.Request) contract.Answer {
	var d contract.PrinterTest
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return untested(contract.ResultRefused, codeBadRequest, "请求内容有误。", "The request could not be read.")
	}
	if s.cfg.Printer == nil || d.Device != s.cfg.PrinterID {
		return untested(contract.ResultRefused, codeUnknownDevice,
			fmt.Sprintf("%s 没有名为“%.40s”的号票打印机。", s.cfg.Node, d.Device),
			fmt.Sprintf("%s has no ticket printer %.40q.", s.cfg.Node, d.Device))
	}
	if s.serving.Load() > 0 {
		return untested(contract.ResultRefused, codeBusy,
			"正在为群众取号，请稍后再试。", "A citizen is taking a ticket; please try again in a moment.")
	}
	ctx, cancel := context.WithTimeout(ctx, s.times.Print)
	defer cancel()
	proof, err := s.cfg.Printer.Print(ctx, slip.SelfTest(s.cfg.Node+"/"+d.Device, time.Now()))
	if err != nil {
		s.log.Warn("a test slip is not printed", "device", d.Device, "error", err)
		code := devices.FaultBroken
		var pe *devices.PrintError
		if errors.As(err, &pe) {
			code = pe.Code
		}
		return untested(contract.ResultFailed, string(code),
			fmt.Sprintf("测试页没有打印成功，请到打印机前检查（%s）。", code),
			fmt.Sprintf("The test slip is not printed; please look at the printer. %v.", err))
	}
	s.log.Info("a test slip is printed", "device", d.Device, "proof", proof.Kind)
	raw, err := json.Marshal(contract.DeviceTested{Proof: string(proof.Kind)})
	if err != nil {
		return untested(contract.ResultFailed, string(devices.FaultBroken), "测试结果无法回复。", err.Error())
	}
	return contract.Answer{Result: contract.ResultOK, Data: raw}
}

func untested(result, code, zh, en string) contract.Answer {
	return contract.Answer{Result: result, Error: &contract.Problem{Code: code, Message: zh, MessageEN: en}}
}
