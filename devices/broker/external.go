package broker

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"hallward/devices/contract"
)

// External is a broker that is not embedded. Its configuration is written from
// the list of nodes, so that it enforces the same Rights. What a broker cannot
// do is said in the comments of its file.
type External struct {
	Listen string   // "0.0.0.0:8883"
	Certs  string   // folder with ca.crt, ca.crl and the broker's own pair (absolute)
	Cert   string   // name of the broker's own pair in Certs; "" is Host
	Store  string   // folder for what the broker keeps (NATS only; absolute)
	Client string   // address for NATS clients, which are none; "" is "127.0.0.1:4222"
	User   string   // account that Mosquitto runs under when root starts it; "" is "mosquitto"
	Host   string   // id of the host in each hall; "" is "hall"
	Nodes  []string // every identity but the hosts: "luotian/kiosk-1"
	Halls  []string
}

//go:embed external/*.tmpl
var externalFiles embed.FS

// externalKinds maps a kind to its files and their templates.
var externalKinds = map[string]map[string]string{
	"mosquitto": {"mosquitto.conf": "mosquitto.conf.tmpl", "mosquitto.acl": "mosquitto.acl.tmpl"},
	"nats":      {"nats.conf": "nats.conf.tmpl"},
}

// Kinds are the brokers that External can configure.
func Kinds() []string { return []string{"mosquitto", "nats"} }

// Write writes the configuration of a kind of broker into dir.
func (e External) Write(kind, dir string) error { return e.write(kind, dir, dir) }

// write writes into dir what is going to stand in home.
func (e External) write(kind, dir, home string) error {
	files := externalKinds[kind]
	if files == nil {
		return fmt.Errorf("broker: kind %q: want one of %s", kind, strings.Join(Kinds(), ", "))
	}
	if e.Host == "" {
		e.Host = "hall"
	}
	if e.Cert == "" {
		e.Cert = e.Host
	}
	if e.Client == "" {
		e.Client = "127.0.0.1:4222"
	}
	if e.User == "" {
		e.User = "mosquitto"
	}
	view := externalView{External: e, Dir: home}
	var err error
	if view.Users, err = e.users(); err != nil {
		return err
	}
	if view.Address, view.Port, err = splitListen(e.Listen); err != nil {
		return err
	}
	t, err := template.ParseFS(externalFiles, "external/*.tmpl")
	if err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	for name, tmpl := range files {
		var b strings.Builder
		if err := t.ExecuteTemplate(&b, tmpl, view); err != nil {
			return fmt.Errorf("broker: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o644); err != nil {
			return fmt.Errorf("broker: %w", err)
		}
	}
	return nil
}

// externalView is what the templates see.
type externalView struct {
	External
	Dir     string
	Address string
	Port    string
	Users   []user
}

// MaxPacket is the largest MQTT packet, in bytes.
func (externalView) MaxPacket() int { return maxPacket }

// MaxKeepAlive is the longest keep-alive, in seconds.
func (externalView) MaxKeepAlive() int { return maxKeepAlive }

// user is one identity with its rights as topic filters.
type user struct {
	Identity string
	Publish  []string
	Read     []string
}

// Subjects are topic filters in the words of NATS.
func (user) Subjects(filters []string) []string {
	out := make([]string, len(filters))
	for i, f := range filters {
		out[i] = strings.NewReplacer("/", ".", "+", "*", "#", ">").Replace(f)
	}
	return out
}

func (e External) users() ([]user, error) {
	var out []user
	for _, hall := range e.Halls {
		if err := contract.CheckID(hall); err != nil {
			return nil, fmt.Errorf("broker: hall: %w", err)
		}
		t := contract.Topics{Hall: hall}
		h := user{Identity: t.Identity(e.Host), Read: []string{strings.TrimSuffix(t.Host(), "host") + "#"}}
		h.Publish = append(h.Publish, t.Host(), t.View("+"), t.DeviceDesired("+", "+"))
		for _, kind := range hostSays {
			h.Publish = append(h.Publish, t.Node("+", kind))
		}
		out = append(out, h)
	}
	for _, id := range e.Nodes {
		hall, node, ok := splitIdentity(id)
		if !ok || !slices.Contains(e.Halls, hall) {
			return nil, fmt.Errorf("broker: node %q: want HALL/NODE of %s", id, strings.Join(e.Halls, ", "))
		}
		t := contract.Topics{Hall: hall}
		u := user{Identity: id, Publish: []string{t.DeviceState(node, "+")}, Read: []string{t.Host(), t.View("#"), t.DeviceDesired(node, "+")}}
		for _, kind := range nodeSays {
			u.Publish = append(u.Publish, t.Node(node, kind))
		}
		for _, kind := range nodeHears {
			u.Read = append(u.Read, t.Node(node, kind))
		}
		out = append(out, u)
	}
	return out, nil
}

func splitListen(listen string) (address, port string, err error) {
	i := strings.LastIndex(listen, ":")
	if i < 0 || listen[i+1:] == "" {
		return "", "", fmt.Errorf("broker: listen %q: want address:port", listen)
	}
	address = strings.Trim(listen[:i], "[]")
	if address == "" {
		address = "0.0.0.0"
	}
	return address, listen[i+1:], nil
}
