package app

import (
	"context"
	"sync"
	"syscall"
	"time"

	"portico/portal"
	"portico/portal/admin/health"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/store"
)

// checkup is what the page of health works with: what `portico doctor` and the
// metrics look at.
type checkup struct {
	app *App
	sys *store.System
	w   *workers
}

// examined adds the page of health.
func (a *App) examined(to *portal.Pages, sys *store.System, w *workers, frame ui.Framer) {
	p := health.New(checkup{a, sys, w}, frame)
	to.Health = portal.Health{Show: p.Show, Check: p.Check}
}

// lookMostOf is how long one part may take to answer the page.
const lookMostOf = 5 * time.Second

// Facts implements health.Looking. What does not answer is a fact, too.
func (k checkup) Facts(ctx context.Context) (health.Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, lookMostOf)
	defer cancel()
	a := k.app
	f := health.Facts{Version: a.version, Serves: true, Works: !k.w.elsewhere, Database: a.where(), Data: a.cfg.Data,
		DataProblem: sentence(writable(a.cfg.Data)), RedisProblem: sentence(a.tryRedis(ctx)), Backup: a.lastBackup(), Warnings: a.cfg.Warnings()}
	if a.cfg.Redis != "" {
		f.Redis = redisDetail(a.cfg)
	}
	f.Free, f.Size = room(a.cfg.Data)
	host, err := a.tryMail(ctx, k.sys)
	f.Mail, f.MailProblem = host, sentence(err)
	v, err := k.sys.Vitals(ctx)
	if err != nil {
		f.DatabaseProblem = sentence(err)
		return f, nil
	}
	k.vitals(&f, v)
	log, err := k.sys.AuditState(ctx)
	if err != nil {
		return f, err
	}
	f.Head, f.Unsigned, f.Schema = log.Head, log.Unsigned, log.Schema
	if f.Processes, err = k.sys.Processes(ctx); err != nil {
		return f, err
	}
	return f, k.connections(ctx, &f)
}

func (k checkup) vitals(f *health.Facts, v store.Vitals) {
	for state, n := range v.Actions {
		if state == action.Dead || state == action.Conflict {
			f.Stuck.Count += int(n)
			continue
		}
		f.Actions.Count += int(n)
	}
	f.Actions.Oldest = v.Oldest
	f.Events = health.Queue{Count: int(v.Events), Oldest: v.OldestEvent}
	f.Deliveries = health.Queue{Count: int(v.Deliveries), Oldest: v.OldestDelivery}
	f.Mails = health.Queue{Count: int(v.Mails), Oldest: v.OldestMail}
	f.HeldSince, f.HeldWhy = v.Hold.Since, v.Hold.Why
}

func (k checkup) connections(ctx context.Context, f *health.Facts) error {
	list, err := k.sys.Connections(ctx)
	if err != nil {
		return err
	}
	f.Manifests = k.app.manifests(list)
	for _, c := range list {
		streams, err := k.sys.Streams(ctx, c.ID)
		if err != nil {
			return err
		}
		f.Connections = append(f.Connections, health.Connection{ID: c.ID, Name: c.Name, Paused: c.Paused, Streams: streams})
	}
	return nil
}

// Check implements health.Looking.
func (k checkup) Check(ctx context.Context, s access.Scope) ([]health.Checked, error) {
	f := fitter{k.app, k.sys}
	if _, err := f.as(ctx, s); err != nil {
		return nil, err
	}
	if err := f.pace(ctx, s); err != nil {
		return nil, err
	}
	list, err := k.sys.Connections(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	out := make([]health.Checked, len(list))
	var asking sync.WaitGroup
	for i, c := range list {
		asking.Go(func() {
			out[i] = health.Checked{Name: c.Name}
			report, err := k.app.CheckConnection(ctx, c.Name)
			out[i].Report, out[i].Problem = report, sentence(err)
		})
	}
	asking.Wait()
	return out, nil
}

// sentence is what an administrator reads about an error; "" for none.
func sentence(err error) string {
	switch said := fault.Public(err); {
	case err == nil:
		return ""
	case said != "":
		return said
	default:
		return "It does not answer; the log says more."
	}
}

// room is how many bytes are free on the disk of a folder, of how many; zeros when
// nobody can tell.
func room(dir string) (free, size uint64) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil || st.Bsize <= 0 {
		return 0, 0
	}
	block := uint64(st.Bsize)
	return st.Bavail * block, st.Blocks * block
}
