package redistest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// slots is into how many parts a cluster is divided (Redis Cluster specification).
const slots = 16384

// Cluster starts three masters that share the keys.
func Cluster(t *testing.T) []*Server {
	t.Helper()
	nodes := make([]*Server, 3)
	var host, port, talks string // of the first
	for i := range nodes {
		// The port beside is where nodes talk; by default it is 10000 higher, which may be taken.
		beside := freePort(t)
		nodes[i] = New(t, "--cluster-enabled", "yes", "--cluster-port", beside, "--cluster-node-timeout", "2000")
		nodes[i].Do("CLUSTER", "ADDSLOTSRANGE", i*slots/3, (i+1)*slots/3-1)
		nodes[i].Do("CLUSTER", "SET-CONFIG-EPOCH", i+1)
		if i == 0 {
			host, port, _ = strings.Cut(nodes[0].Address, ":")
			talks = beside
			continue
		}
		nodes[i].Do("CLUSTER", "MEET", host, port, talks)
	}
	for _, n := range nodes {
		n.wait("join the cluster", func() bool { return n.has("CLUSTER INFO", "cluster_state:ok", "cluster_known_nodes:3") })
	}
	return nodes
}

// Master is the name that sentinels know the master by.
const Master = "portico"

// Watched is a master with a replica, watched by three sentinels.
type Watched struct {
	Master, Replica *Server
	Sentinels       []string // addresses
	watcher         *Server
}

// Sentinels starts a set-up that replaces its master within a few seconds.
func Sentinels(t *testing.T) *Watched {
	t.Helper()
	w := &Watched{Master: New(t)}
	host, port, err := net.SplitHostPort(w.Master.Address)
	if err != nil {
		t.Fatal(err)
	}
	w.Replica = New(t, "--replicaof", host+" "+port)
	w.Replica.wait("follow its master", func() bool { return w.Replica.has("INFO replication", "master_link_status:up") })
	for range 3 {
		s := sentinel(t, host, port)
		w.Sentinels = append(w.Sentinels, s.Address)
		w.watcher = s
	}
	w.watcher.wait("know the others", func() bool { return w.watcher.has("SENTINEL MASTER "+Master, "num-other-sentinels 2", "num-slaves 1") })
	return w
}

// Replaced waits until the sentinels have made the replica the master.
func (w *Watched) Replaced() {
	w.watcher.wait("replace the master", func() bool { return w.Replica.has("INFO replication", "role:master") })
}

// sentinel watches the master at host:port. A sentinel keeps what it learns in
// its file, so that it must have one.
func sentinel(t *testing.T, host, port string) *Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf(`requirepass %[1]s
sentinel sentinel-pass %[1]s
sentinel monitor %[2]s %[3]s %[4]s 2
sentinel auth-pass %[2]s %[1]s
sentinel down-after-milliseconds %[2]s 1000
sentinel failover-timeout %[2]s 5000
`, Password, Master, host, port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: filepath.Dir(file)}
	own := freePort(t)
	s.Address = net.JoinHostPort("127.0.0.1", own)
	s.args = []string{file, "--sentinel", "--bind", "127.0.0.1", "--port", own, "--dir", s.dir, "--logfile", filepath.Join(s.dir, "log")}
	s.Start()
	t.Cleanup(s.Kill)
	return s
}
