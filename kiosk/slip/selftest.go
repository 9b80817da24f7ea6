package slip

import (
	"strings"
	"time"

	"hallward/devices"
)

// ruler is 48 columns, the width of 80 mm paper: on narrower paper it breaks
// where the paper ends.
var ruler = strings.Repeat("1234567890", 5)[:48]

// Characters that tell encodings apart, for a person's eye: a printer that is
// set wrong prints others, or none.
const (
	common = "汉字 政务服务大厅取号 ￥℃№①【】"
	rare   = "生僻字 镕喆赟㛃䶮𠮷" // GBK, then four bytes of GB18030, then beyond the BMP
	latin  = "Latin AaBbCc 0123456789 @#$%&*()[]{}~\\|"
)

// SelfTest is the slip by which a technician judges a printer: width, sizes,
// sides, encoding, rare characters and a QR code. device names the printer,
// "kiosk-1/printer"; at is printed in the zone that it has. It cannot be taken
// for a ticket, and says so.
func SelfTest(device string, at time.Time) devices.Document {
	return devices.Document{ID: "test " + device, Blocks: []devices.Block{
		devices.Text{S: "打印测试", Align: devices.Center, Size: 2, Bold: true},
		devices.Text{S: "Printer test", Align: devices.Center},
		devices.Text{S: device, Align: devices.Center},
		devices.Text{S: at.Format("2006-01-02 15:04:05 -07:00"), Align: devices.Center},
		devices.Text{S: ruler},
		devices.Text{S: common},
		devices.Text{S: rare},
		devices.Text{S: latin},
		devices.Text{S: "左 left"},
		devices.Text{S: "右 right", Align: devices.Right},
		devices.Text{S: "二倍 x2", Size: 2},
		devices.Text{S: "四 x4", Size: 4},
		devices.QR{Data: "hallward test " + device},
		devices.Text{S: "不是号票 Not a ticket", Align: devices.Center},
	}}
}
