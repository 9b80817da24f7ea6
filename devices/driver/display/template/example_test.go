package template_test

import (
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/display/template"
)

// A strip whose manual says: 3A, address, length, text, sum of all before it, 0A.
func Example() {
	frame := []template.Part{
		template.Hex{Bytes: []byte{0x3A}},
		template.Address{Form: template.Form{Size: 1}},
		template.Length{Form: template.Form{Size: 1}, Of: []template.Part{
			template.Text{Template: "{number}到{window}号", Encoding: template.GBK},
		}},
		template.Sum{Kind: template.SumAdd8},
		template.Hex{Bytes: []byte{0x0A}},
	}
	b, err := template.Encode(frame, nil, 5, devices.Sign{Number: "A001", Window: "3"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("% X\n", b)
	// Output: 3A 05 09 41 30 30 31 B5 BD 33 BA C5 3E 0A
}
