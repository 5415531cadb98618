package demo

import (
	"time"

	"portico/connectors/vendorfake/requesttracker"
)

// device is an asset; warranty is days from now.
type device struct {
	name, model, serial, location, holder, status string
	warranty                                      int
}

func (d device) asset(now time.Time) requesttracker.Asset {
	return requesttracker.Asset{Name: d.name, Description: d.model, Status: d.status, HeldBy: d.holder, Owner: "marek.dvorak", Created: days(now, 400),
		Fields: map[string]string{"Asset Client": companyOf(d.holder), "Model": d.model, "Serial Number": d.serial, "Location": d.location,
			"Warranty Until": now.AddDate(0, 0, d.warranty).Format(time.DateOnly)}}
}

const (
	ines  = "ines.albrecht@nordwind.example"
	jonas = "jonas.weber@nordwind.example"
	carla = "carla.reyes@brightwater.example"
	owen  = "owen.vale@valeharbour.example"
)

var devices = []device{
	{"HAM-FW-01", "FortiGate 70F", "FG70F-DEMO-0417", "Hamburg, rack 1", ines, "in-use", 410},
	{"HAM-SW-01", "Aruba 6100 48G", "SW6100-DEMO-0032", "Hamburg, rack 1", ines, "in-use", 780},
	{"HAM-SW-02", "Aruba 6100 48G", "SW6100-DEMO-0033", "Hamburg, rack 2", ines, "in-use", 780},
	{"HAM-SRV-01", "PowerEdge R550", "SRV-DEMO-7711", "Hamburg, rack 2", ines, "in-use", 29},
	{"GDN-RT-01", "FortiGate 40F", "FG40F-DEMO-0821", "Gdańsk depot", ines, "new", 1090},
	{"NB-0147", "ThinkPad T14 Gen 4", "NB-DEMO-0147", "Jonas Weber", jonas, "allocated", 62},
	{"SCAN-031", "Zebra TC52", "SCAN-DEMO-031", "Hall 3", jonas, "in-use", -52},
	{"SCAN-032", "Zebra TC52", "SCAN-DEMO-032", "Hall 3", jonas, "in-use", -52},
	{"PRT-DSP-01", "Zebra ZT411 label printer", "PRT-DEMO-0009", "Dispatch", jonas, "in-use", 240},
	{"BDG-FW-01", "SonicWall TZ370", "TZ370-DEMO-1190", "Suite 200", carla, "in-use", 221},
	{"BDG-NAS-01", "Synology RS1221+", "RS1221-DEMO-09", "Suite 200", carla, "in-use", 14},
	{"XRAY-WS-02", "HP Z2 G9", "Z2G9-DEMO-3170", "Imaging", carla, "in-use", 526},
	{"BDG-UPS-01", "Smart-UPS 1500", "UPS-DEMO-1102", "Suite 200", carla, "in-use", -416},
	{"NB-0210", "Latitude 5440", "NB-DEMO-0210", "Front desk", carla, "allocated", 266},
	{"VHA-NAS-02", "QNAP TS-873A", "TS873-DEMO-3377", "Server room", owen, "new", 830},
	{"VHA-PLT-01", "DesignJet T1700", "PLT-DEMO-0081", "Print room", owen, "in-use", 98},
	{"CAD-WS-05", "Precision 5860", "CAD-DEMO-0505", "Studio", owen, "in-use", 720},
	{"VHA-AP-03", "UniFi U6 Pro", "AP-DEMO-0303", "Studio", owen, "in-use", 3},
	{"CAD-WS-01", "HP Z440", "CAD-DEMO-0101", "Storage", owen, "recycled", -2100},
}
