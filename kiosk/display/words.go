package display

import "hallward/devices/contract"

// The fixed words of a board, both languages at once. What changes comes ready
// from the model.
var words = map[string]contract.Text2{
	"number":  {ZH: "号码", EN: "Number"},
	"window":  {ZH: "窗口", EN: "Window"},
	"status":  {ZH: "状态", EN: "Status"},
	"nobody":  {ZH: "目前无人等候", EN: "Nobody is waiting"},
	"service": {ZH: "事项", EN: "Service"},
	"minutes": {ZH: "约分钟", EN: "min"},
	"people":  {ZH: "人数", EN: "No."},
	"open":    {ZH: "开放窗口 %d 个", EN: "Windows open: %d"},
	"more":    {ZH: "另有 %d 个事项", EN: "%d more services"},
}

// smokingArea stands before the way there.
var smokingArea = contract.Text2{ZH: "吸烟区：", EN: "Smoking area: "}

func both(name string) string { return words[name].ZH + "  " + words[name].EN }
