package egress_test

import (
	"net"
	"strings"
	"testing"

	"portico/sync/egress"
	"portico/sync/fault"
)

// judge asks a policy about a literal address; nothing is dialled.
func judge(p egress.Policy, target, address string) error {
	network := "tcp4"
	if strings.HasPrefix(address, "[") {
		network = "tcp6"
	}
	return p.Control(target)(network, address, nil)
}

func connection(t *testing.T, confirmed string) egress.Policy {
	t.Helper()
	p, err := egress.Connection(confirmed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// networkItself are addresses that nobody may confirm.
var networkItself = []string{
	"0.0.0.0", "0.1.2.3", "100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254", "169.254.0.1",
	"168.63.129.16", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255",
	"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "64:ff9b::7f00:1", "64:ff9b:1::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1",
	"fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3ffe::1", "3fff::1",
	"5f00::1", "::ffff:169.254.169.254", "::ffff:168.63.129.16", "::7f00:1",
}

// inside are addresses that an administrator may confirm.
var inside = []string{
	"10.0.0.5", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.1.2.3",
	"::1", "fc00::1", "fd12:3456::1", "::ffff:10.0.0.5", "::ffff:127.0.0.1",
}

// outside are public addresses.
var outside = []string{"1.1.1.1", "93.184.215.14", "172.15.255.255", "172.32.0.1", "192.167.255.255", "2606:4700::1111", "2a00:1450::1"}

func TestTheNetworkItselfIsNeverReached(t *testing.T) {
	t.Parallel()
	for _, ip := range networkItself {
		address := net.JoinHostPort(ip, "443")
		if err := judge(connection(t, address), address, address); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "never connected to") {
			t.Errorf("%s, confirmed: %v", ip, err)
		}
		if err := judge(egress.Policy{}, "hooks.example.com:443", address); !fault.Is(err, fault.Setup) {
			t.Errorf("%s, public: %v", ip, err)
		}
	}
}

func TestPrivateAddressesNeedToBeConfirmed(t *testing.T) {
	t.Parallel()
	for _, ip := range inside {
		address := net.JoinHostPort(ip, "8080")
		if err := judge(connection(t, "desk.example.com:8080"), "desk.example.com:8080", address); err != nil {
			t.Errorf("%s behind a confirmed name: %v", ip, err)
		}
		if err := judge(connection(t, address), address, address); err != nil {
			t.Errorf("%s, confirmed: %v", ip, err)
		}
		refused := map[string]egress.Policy{
			"nothing confirmed": connection(t, ""),
			"another host":      connection(t, "other.example.com:8080"),
			"another port":      connection(t, "desk.example.com:8081"),
			"public":            {},
		}
		for name, p := range refused {
			if err := judge(p, "desk.example.com:8080", address); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "private address") {
				t.Errorf("%s with %s: %v", ip, name, err)
			}
		}
	}
}

func TestARefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	err := judge(connection(t, ""), "desk.example.com:8080", "10.0.0.5:8080")
	const want = "10.0.0.5 is a private address; confirm desk.example.com:8080 for this connection if that system is meant."
	if got := fault.Public(err); got != want {
		t.Errorf("it says %q", got)
	}
}

func TestPublicAddressesAreReached(t *testing.T) {
	t.Parallel()
	for _, ip := range outside {
		for _, port := range []string{"80", "443"} {
			if err := judge(egress.Policy{}, "hooks.example.com:"+port, net.JoinHostPort(ip, port)); err != nil {
				t.Errorf("%s: %v", ip, err)
			}
		}
		odd := net.JoinHostPort(ip, "8443")
		if err := judge(connection(t, ""), "desk.example.com:8443", odd); err != nil {
			t.Errorf("%s for a connection: %v", odd, err)
		}
		if err := judge(egress.Policy{}, "hooks.example.com:8443", odd); !fault.Is(err, fault.Setup) {
			t.Errorf("%s for a webhook: %v", odd, err)
		}
	}
	p, err := egress.Public("hooks.example.com:8443")
	if err != nil {
		t.Fatal(err)
	}
	for _, ip := range []string{"1.1.1.1", "10.0.0.5"} {
		if err := judge(p, "hooks.example.com:8443", ip+":8443"); err != nil {
			t.Errorf("%s on the allow-list: %v", ip, err)
		}
	}
}

func TestOneTargetHasOneSpelling(t *testing.T) {
	t.Parallel()
	same := map[string]string{
		"desk.example.com:80":   "Desk.Example.COM.:80",
		"[::1]:80":              "[0:0:0:0:0:0:0:1]:80",
		"[::ffff:127.0.0.1]:80": "127.0.0.1:80",
	}
	for confirmed, target := range same {
		if err := judge(connection(t, confirmed), target, "127.0.0.1:80"); err != nil {
			t.Errorf("%s does not confirm %s: %v", confirmed, target, err)
		}
	}
	for _, bad := range []string{"desk", "desk:", ":80", "desk:0", "desk:65536", "desk:http", "*.example.com:80", "https://desk:80", "10.0.0.0/8:80", "a b:80"} {
		if _, err := egress.Connection(bad); !fault.Is(err, fault.Setup) {
			t.Errorf("%q was taken: %v", bad, err)
		}
	}
}

func TestOnlyTCPAndReadableAddresses(t *testing.T) {
	t.Parallel()
	control := connection(t, "").Control("desk.example.com:80")
	for _, network := range []string{"udp4", "unix", "tcp"} {
		if err := control(network, "1.1.1.1:80", nil); !fault.Is(err, fault.Setup) {
			t.Errorf("%s: %v", network, err)
		}
	}
	if err := control("tcp4", "desk.example.com:80", nil); !fault.Is(err, fault.Setup) {
		t.Errorf("a name: %v", err)
	}
}
