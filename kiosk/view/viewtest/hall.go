package viewtest

import "hallward/devices/contract"

// Hall is a catalogue of ordinary size for pictures: eight units, one of them
// with more services than a page holds. Names are long where real ones are.
func Hall() contract.Catalogue {
	c := contract.Catalogue{Version: 1, Hall: contract.HallInfo{
		ID: "sample", Name: contract.Text2{ZH: "罗田县人民政府政务服务中心", EN: "Luotian County Government Service Centre"},
		ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0110",
		SelfService: contract.Text2{ZH: "东门 24 小时自助服务区", EN: "24-hour self-service area, east door"},
		Desk:        contract.Text2{ZH: "一楼大厅入口左侧咨询服务台", EN: "Service desk, left of the entrance, ground floor"},
		Colour:      "#1f5f8b",
	}}
	unit := func(id, icon, zh, en string) {
		c.Units = append(c.Units, contract.UnitInfo{ID: id, Icon: icon, Name: contract.Text2{ZH: zh, EN: en}})
	}
	unit("housing", "building", "住房和城乡建设局", "Housing and Urban-Rural Development")
	unit("trade", "globe", "对外贸易", "Foreign Trade")
	unit("vehicle", "car", "车辆管理所", "Vehicle Administration Office")
	unit("medical", "medical", "医疗保障局", "Medical Insurance")
	unit("fee", "coin", "收费窗口", "Payment")
	unit("consult", "question", "咨询窗口", "Enquiries")
	unit("entrust", "entrust", "委托窗口", "Entrusted Services")
	unit("complaint", "complaint", "投诉窗口", "Complaints")
	area := contract.Text2{ZH: "一楼 A 区", EN: "Ground floor, area A"}
	service := func(id, unit, zh, en string, top bool) {
		c.Services = append(c.Services, contract.ServiceInfo{ID: id, Unit: unit, Prefix: "A", Top: top, Area: area,
			Name: contract.Text2{ZH: zh, EN: en}, Windows: []string{"w03", "w04"}, Fee: "0"})
	}
	service("v-register", "vehicle", "机动车注册登记", "First registration of a vehicle", true)
	service("v-transfer", "vehicle", "机动车转让登记", "Transfer of a vehicle", true)
	service("v-inspect", "vehicle", "核发检验合格标志", "Inspection mark", false)
	service("v-plate", "vehicle", "补领、换领机动车号牌和行驶证", "Replacement of plates and vehicle licence", true)
	service("v-licence", "vehicle", "驾驶证期满换证", "Renewal of a driving licence", true)
	service("v-foreign", "vehicle", "持境外驾驶证申请驾驶证", "Licence for holders of a foreign licence", false)
	service("v-fine", "vehicle", "交通违法处理", "Traffic offences", true)
	service("v-mortgage", "vehicle", "抵押登记", "Mortgage of a vehicle", false)
	service("v-cancel", "vehicle", "机动车注销登记", "Cancellation", false)
	service("v-change", "vehicle", "机动车变更登记", "Change of registration", false)
	service("h-permit", "housing", "建筑工程施工许可", "Construction permit", true)
	service("h-presale", "housing", "商品房预售许可", "Presale permit for housing", false)
	service("t-record", "trade", "对外贸易经营者备案", "Registration of foreign trade operators", false)
	service("m-insure", "medical", "城乡居民参保登记", "Enrolment of residents", true)
	service("m-claim", "medical", "医疗费用手工报销", "Reimbursement of medical expenses", true)
	service("f-pay", "fee", "缴纳规费", "Payment of fees", false)
	service("c-ask", "consult", "办事咨询", "General enquiries", true)
	service("e-any", "entrust", "委托事项受理", "Services for other departments", false)
	service("p-complain", "complaint", "服务投诉", "Complaint about service", false)
	class := func(id, icon, zh, en, proofZH, proofEN string) {
		c.Classes = append(c.Classes, contract.ClassInfo{ID: id, Icon: icon, Name: contract.Text2{ZH: zh, EN: en}, Proof: contract.Text2{ZH: proofZH, EN: proofEN}})
	}
	class("elderly", "people", "老年人", "Elderly", "60 周岁以上，请出示身份证", "60 and above: ID card")
	class("disabled", "wheelchair", "残疾人", "Disabled", "请出示残疾人证", "Disability certificate")
	class("pregnant", "person", "孕妇和带婴儿的人", "Pregnant or with a baby", "", "")
	class("military", "star", "军人和优抚对象", "Military", "请出示相关证件", "Military or veteran's card")
	set := func(id string, change func(*contract.ServiceInfo)) {
		for i := range c.Services {
			if c.Services[i].ID == id {
				change(&c.Services[i])
			}
		}
	}
	set("f-pay", func(v *contract.ServiceInfo) { v.Kind = "fee" })
	set("v-transfer", func(v *contract.ServiceInfo) { v.Realname = "required" })
	set("v-licence", func(v *contract.ServiceInfo) { v.Appointments = true })
	set("v-inspect", func(v *contract.ServiceInfo) { v.Appointments = true })
	set("m-claim", func(v *contract.ServiceInfo) { v.Appointments, v.Realname = true, "optional" })
	set("v-plate", func(v *contract.ServiceInfo) {
		v.FeeDue, v.Fee, v.FeeBasis = true, "100", "收费目录第 12 项"
	})
	set("v-foreign", func(v *contract.ServiceInfo) {
		v.Message = contract.Text2{ZH: "此项业务请到市车辆管理所办理：长江路 18 号，周一至周五 8:30–17:00。", EN: "Please go to the city's vehicle office: 18 Changjiang Road, Monday to Friday 8:30 to 17:00."}
		v.Requirements = []contract.Text2{{ZH: "境外驾驶证和中文翻译件", EN: "Foreign licence with a Chinese translation"}, {ZH: "护照和住宿登记", EN: "Passport and registration of residence"}, {ZH: "照片两张", EN: "Two photographs"}}
	})
	return c
}
