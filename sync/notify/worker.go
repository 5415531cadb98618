package notify

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

// Store is where mails are owed. Claims are fenced: of two workers with the same
// mail only the later one's step counts.
type Store interface {
	// GatherNotices makes mails of what happened; it returns 0 when there is no more.
	GatherNotices(ctx context.Context) (int, error)
	ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]notice.Claim, error)
	SettleMail(ctx context.Context, c notice.Claim, s notice.Step) error
}

// People says what a person may know, and wants to, at the moment of sending.
type People interface {
	// MembershipIn returns fault.NotFound when there is none, or not any more.
	MembershipIn(ctx context.Context, user string, account record.AccountID) (access.Membership, error)
	MailChoiceOf(ctx context.Context, user string, account record.AccountID) (notice.Choice, error)
}

// Records is what mails tell of, as their reader may see it.
type Records interface {
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
	Timeline(ctx context.Context, s access.Scope, account record.AccountID, ticket record.ID) ([]record.Entry, error)
	ActionsOn(ctx context.Context, s access.Scope, account record.AccountID, target record.ID) ([]action.Action, error)
	ActionByID(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error)
}

// WorkerOptions are what a Worker works with. All but Zone, Log, Now and Jitter
// are required.
type WorkerOptions struct {
	Mailer    *Mailer
	Store     Store
	People    People
	Records   Records
	Questions Questions
	Guests    Guests
	Endpoints Endpoints
	// Open unseals what a letter says.
	Open func(id notice.ID, sealed string) (string, error)
	// BaseURL begins the links in mails, without a slash at its end.
	BaseURL string
	// Key signs the marks that unsubscribe, see notice.Token.
	Key  []byte
	Zone *time.Location // of the provider; UTC when nil
	Log  *slog.Logger   // nil discards
	Now  func() time.Time
	// Jitter returns a number in [0,1); nil uses a random one.
	Jitter func() float64
}

// Rhythm of the work.
const (
	batch      = 20              // mails claimed together
	atOnce     = 2               // connections to the server at the same time
	lease      = 5 * time.Minute // how long a claim is owned; a batch fits into it
	settleTime = 10 * time.Second
	// After a failure that every mail would meet, the next attempt waits; twice as
	// long every time.
	pauseFirst = 5 * time.Second
	pauseMost  = 5 * time.Minute
)

// Worker sends what is owed. It is safe for concurrent use; several workers may
// share a store.
type Worker struct {
	o    WorkerOptions
	ctx  context.Context // ends when draining takes too long
	call context.CancelFunc

	mu      sync.Mutex
	running bool
	rung    bool
	closed  bool
	work    sync.WaitGroup
	failed  int       // in a row, of what every mail would meet
	until   time.Time // nothing is tried before this
}

// NewWorker returns a worker that waits to be rung.
func NewWorker(o WorkerOptions) *Worker {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	w := &Worker{o: o}
	w.ctx, w.call = context.WithCancel(context.Background())
	return w
}

// Ring says that something may be due. It never blocks; call it after something
// was owed that a person waits for, and at least every ten seconds.
func (w *Worker) Ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.until.After(w.o.Now()) {
		return
	}
	w.rung = true
	if w.running {
		return
	}
	w.running = true
	w.work.Add(1)
	go w.run()
}

// Drain begins nothing more and waits for the mails under way. When ctx ends
// first they are called off and sent again later.
func (w *Worker) Drain(ctx context.Context) {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	idle := make(chan struct{})
	go func() { w.work.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	w.call()
	<-idle
}

// run works until nothing is due and nobody has rung meanwhile.
func (w *Worker) run() {
	defer w.work.Done()
	for w.again() {
		if err := w.guard(); err != nil {
			w.o.Log.Error("mails could not be worked on", slog.String("error", err.Error()))
		}
	}
}

func (w *Worker) again() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.rung || w.closed || w.until.After(w.o.Now()) {
		w.running = false
		return false
	}
	w.rung = false
	return true
}

// resting reports whether nothing more may be begun now.
func (w *Worker) resting() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed || w.until.After(w.o.Now())
}

func (w *Worker) guard() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.Wrap(fault.Internal, "work on mails", fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return w.round()
}

// round writes mails of what happened and sends all that is due.
func (w *Worker) round() error {
	for {
		n, err := w.o.Store.GatherNotices(w.ctx)
		if err != nil {
			return fault.At("gather notices", err)
		}
		if n == 0 {
			break
		}
	}
	for !w.resting() {
		claims, err := w.o.Store.ClaimMails(w.ctx, batch, lease)
		if err != nil || len(claims) == 0 {
			return fault.At("claim mails", err)
		}
		if err := w.all(claims); err != nil {
			return err
		}
	}
	return nil
}

// all sends claimed mails, a few at once.
func (w *Worker) all(claims []notice.Claim) error {
	todo := make(chan notice.Claim)
	var senders sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range min(atOnce, len(claims)) {
		senders.Go(func() {
			for c := range todo {
				if err := w.settle(c, w.one(c)); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, c := range claims {
		todo <- c
	}
	close(todo)
	senders.Wait()
	return failed
}

// settle commits even when the work was called off: what is known must be written.
func (w *Worker) settle(c notice.Claim, s notice.Step) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), settleTime)
	defer cancel()
	return fault.At("settle mail", w.o.Store.SettleMail(ctx, c, s))
}
