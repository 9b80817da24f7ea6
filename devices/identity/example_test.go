package identity_test

import (
	"fmt"
	"time"

	"hallward/devices/identity"
)

func Example() {
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	n, err := identity.Parse("340524 19800101 001x", today)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n, n.Birth, n.Sex)
	fmt.Println(identity.MaskName("张样例"), identity.MaskNumberStrict(n.Canonical()))

	_, err = identity.Parse("340524198001010010", today)
	fmt.Println(err)
	// Output:
	// number of kind resident 19800101 M
	// 张* **************001X
	// identity number: the check digit is wrong
}
