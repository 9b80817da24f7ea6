package face

import (
	"fmt"

	"hallward/devices/contract"
)

// The fixed words of a window's display, both languages at once. What changes
// comes ready from the model.
var (
	waiting = contract.Text2{ZH: "等候 %d 人", EN: "Waiting: %d"}
	others  = contract.Text2{ZH: "另有 %d 个事项", EN: "%d more services"}
	staffNo = contract.Text2{ZH: "工号", EN: "No."}
	party   = contract.Text2{ZH: "中共党员", EN: "Party member"}
	chief   = contract.Text2{ZH: "首席代表：%s", EN: "Chief representative: %s"}
	scope   = contract.Text2{ZH: "授权范围：%s", EN: "Authorised for: %s"}
)

// member is the party badge where there is no room for more.
const member = "党员"

// both is a text in both languages, with an argument for each.
func both(t contract.Text2, zh, en string) string {
	return fmt.Sprintf(t.ZH, zh) + "　" + fmt.Sprintf(t.EN, en)
}
