package panel

// Modbus RTU from the unit's side (Application Protocol V1.1b3).

const (
	readHolding = 3
	writeOne    = 6
	writeMany   = 16
)

// Exceptions.
const (
	noFunction = 1
	noRegister = 2
	noValue    = 3
	busy       = 6
)

// check is the CRC, bit by bit as the specification draws it.
func check(b []byte) (low, high byte) {
	reg := uint16(0xFFFF)
	for _, c := range b {
		reg ^= uint16(c)
		for range 8 {
			carry := reg & 1
			reg >>= 1
			if carry == 1 {
				reg ^= 0xA001
			}
		}
	}
	return byte(reg), byte(reg >> 8)
}

func seal(b []byte) []byte {
	low, high := check(b)
	return append(b, low, high)
}

// modbus finds a request. When there was noise before it, only its CRC tells
// where it begins. N is how many bytes are certainly no part of one.
func (l *Line) modbus(b []byte) (n int, whole bool) {
	hope := -1
	for at := range b {
		size, open := requestSize(b[at:])
		if open {
			if hope < 0 {
				hope = at
			}
			continue
		}
		if size == 0 {
			continue
		}
		r := b[at : at+size]
		if low, high := check(r[:size-2]); r[size-2] != low || r[size-1] != high {
			continue
		}
		l.lost += at
		l.request(r[:size-2])
		return at + size, true
	}
	if hope < 0 {
		return len(b), false
	}
	return hope, false
}

// requestSize is how long the request is that b begins with; 0 when none does.
// Open tells that there is more to come.
func requestSize(b []byte) (size int, open bool) {
	if b[0] > 247 {
		return 0, false
	}
	if len(b) < 2 {
		return 0, true
	}
	size = 8 // every other request has two words
	if b[1] == writeMany {
		if len(b) < 7 {
			return 0, true
		}
		size = 9 + int(b[6])
	}
	return size, size > len(b)
}

// request does what a whole request says.
func (l *Line) request(r []byte) {
	address := int(r[0])
	if address == 0 {
		for _, u := range l.units {
			u.frames++
			u.do(r)
		}
		return
	}
	u := l.unit(address)
	if u == nil {
		return // nobody answers
	}
	body, exception := []byte(nil), byte(busy)
	if !l.on["busy"] {
		body, exception = u.do(r)
	}
	answer := append([]byte{r[0], r[1]}, body...)
	if exception != 0 {
		answer = []byte{r[0], r[1] | 0x80, exception}
	}
	if l.on["another"] {
		answer[0] ^= 0x40
	}
	l.answer(seal(answer))
}

// do is one request for a unit: what it answers, or why not.
func (u *unit) do(r []byte) (body []byte, exception byte) {
	at, n := int(r[2])<<8|int(r[3]), int(r[4])<<8|int(r[5])
	switch r[1] {
	case readHolding:
		if n < 1 || n > 125 {
			return nil, noValue
		}
		if at+n > registers {
			return nil, noRegister
		}
		body = []byte{byte(2 * n)}
		for _, v := range u.regs[at : at+n] {
			body = append(body, byte(v>>8), byte(v))
		}
		return body, 0
	case writeOne:
		if at >= registers {
			return nil, noRegister
		}
		if !u.put(at, uint16(n)) {
			return nil, noValue
		}
		return r[2:6], 0
	case writeMany:
		data := r[7:]
		if n < 1 || n > 123 || int(r[6]) != 2*n || len(data) != 2*n {
			return nil, noValue
		}
		if at+n > registers {
			return nil, noRegister
		}
		for i := range n {
			if !u.put(at+i, uint16(data[2*i])<<8|uint16(data[2*i+1])) {
				return nil, noValue
			}
		}
		return r[2:6], 0
	}
	return nil, noFunction
}

func (u *unit) put(at int, v uint16) bool {
	if at == 5 && (v < 1 || v > 8) {
		return false
	}
	u.regs[at] = v
	return true
}
