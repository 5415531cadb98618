package config_test

import (
	"reflect"
	"strings"
	"testing"

	"portico/config"
)

func TestAddressesOfRedis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address string
		want    config.Server
		shown   string
	}{
		{"redis://localhost", config.Server{Addresses: []string{"localhost:6379"}}, "redis://localhost:6379/0"},
		{"redis://[::1]:7000/3", config.Server{Addresses: []string{"[::1]:7000"}, Database: 3}, "redis://[::1]:7000/3"},
		{"redis://[::1]/", config.Server{Addresses: []string{"[::1]:6379"}}, "redis://[::1]:6379/0"},
		{"rediss://hub:p%40s%2Fs@queue:6380/1?ca=/etc/ssl/queue.pem",
			config.Server{Addresses: []string{"queue:6380"}, TLS: true, User: "hub", Password: "p@s/s", Database: 1, CA: "/etc/ssl/queue.pem"},
			"rediss://hub:***@queue:6380/1?ca=%2Fetc%2Fssl%2Fqueue.pem"},
		{"redis://:solo-pw@queue", config.Server{Addresses: []string{"queue:6379"}, Password: "solo-pw"}, "redis://:***@queue:6379/0"},
		{"redis-sentinel://hub:inner@a:26380,b,c:26379/mymaster?db=2&sentinel_password=outer&sentinel_user=eye",
			config.Server{Addresses: []string{"a:26380", "b:26379", "c:26379"}, Master: "mymaster", User: "hub", Password: "inner",
				SentinelUser: "eye", SentinelPassword: "outer", Database: 2},
			"redis-sentinel://hub:***@a:26380,b:26379,c:26379/mymaster?db=2&sentinel_password=***&sentinel_user=eye"},
		{"rediss-cluster://hub:inner@a,b:7001", config.Server{Addresses: []string{"a:6379", "b:7001"}, Cluster: true, TLS: true, User: "hub", Password: "inner"},
			"rediss-cluster://hub:***@a:6379,b:7001"},
	} {
		t.Run(c.address, func(t *testing.T) {
			t.Parallel()
			set := load(t, "", "PORTICO_REDIS="+c.address)
			got, err := set.RedisServer()
			if err != nil || !reflect.DeepEqual(*got, c.want) {
				t.Fatalf("got %#v, %v", got, err)
			}
			var out strings.Builder
			if err := set.Print(&out); err != nil {
				t.Fatal(err)
			}
			if got.String() != c.shown || !strings.Contains(out.String(), "redis: "+c.shown) {
				t.Errorf("shown as %s\n%s", got, out.String())
			}
			for _, secret := range []string{"p@s", "p%40s", "solo-pw", "inner", "outer"} {
				if strings.Contains(got.String()+out.String(), secret) {
					t.Errorf("a secret was printed: %s", secret)
				}
			}
			if again, err := load(t, "", "PORTICO_REDIS="+got.String()).RedisServer(); err != nil || again.String() != c.shown {
				t.Errorf("read back as %v, %v", again, err)
			}
		})
	}
}

func TestMistakesInAddressesOfRedis(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"localhost:6379":                   "not an address of Redis (redis://",
		"http://localhost":                 "not an address of Redis (redis://",
		"redis-ring://a":                   "not an address of Redis (redis://",
		"redis://":                         "each host is a name",
		"redis://a,b":                      "begin with redis-sentinel:// or redis-cluster://",
		"redis://a:port":                   "a port when it is not 6379",
		"redis://a:0":                      "a port when it is not 6379",
		"redis://a/first":                  `"first" is not the number of a database`,
		"redis://a?sentinel_password=x":    `"sentinel_password" is not a parameter here; there is ca`,
		"redis://a?ca=/x":                  "begin with rediss",
		"redis://u:%zz-hunter2@a":          "user or password cannot be read",
		"redis://a/%zz-hunter2":            "what follows the hosts cannot be read",
		"redis-sentinel://a,b":             "name the master after the sentinels",
		"redis-sentinel://a/m?db=x":        `"x" is not the number`,
		"redis-sentinel://a/m?password=x":  `"password" is not a parameter here; there is ca, db, sentinel_password, sentinel_user`,
		"redis-cluster://a,b/1":            "a cluster has no numbered databases",
		"redis-cluster://a,,b":             "each host is a name",
		"redis-cluster://hunter2@hub@a b":  "each host is a name",
		"redis://hub:hunter2@localhost#1":  "what follows the hosts",
		"redis://hub:hunter2@localhost/-1": "is not the number",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load("", []string{"PORTICO_REDIS=" + address})
			if err == nil || !strings.Contains(err.Error(), "PORTICO_REDIS: redis: ") || !strings.Contains(err.Error(), want) {
				t.Fatalf("got %v, want %q", err, want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret was printed: %v", err)
			}
		})
	}
}
