package notify_test

import (
	"context"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/notify"
)

// nowhere are settings of a server that is not there.
func nowhere(t testing.TB) notify.Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	return notify.Server{Host: "127.0.0.1", Port: port, TLS: "none", From: "portal@halden.example"}
}

func TestAServerThatIsDownForADayLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.use(nowhere(t))
	people := []string{}
	for i := range 30 {
		people = append(people, w.member(fmt.Sprintf("P%d", i), access.Owner, notice.Everything).Email)
	}
	worker := w.worker()
	for hour := range 26 {
		if hour%8 == 0 {
			w.pull("conversation", w.comment(fmt.Sprint("c", hour), "1", fmt.Sprintf("words of hour %d", hour), support))
			w.relay()
		}
		for range 12 {
			w.pass(5 * time.Minute)
			if got := w.work(worker); len(got) != 0 {
				t.Fatal("sent to nowhere")
			}
		}
	}
	if r := w.report(); r.Waiting != 30 || r.Tried == 0 || !strings.Contains(r.Problem, "refuses the connection") || len(r.Failed) != 0 {
		t.Errorf("%+v", r)
	}
	if said := w.log.with("level="); len(said) > 3 {
		t.Errorf("a day of silence is %d lines: %q", len(said), said)
	}
	w.use(w.server.settings())
	got := map[string]int{}
	for range 30 {
		w.pass(5 * time.Minute)
		for _, m := range w.work(worker) {
			got[m.to[0]]++
			text := readable(m.data)
			for hour := 0; hour < 26; hour += 8 {
				if !strings.Contains(text, fmt.Sprintf("words of hour %d", hour)) {
					t.Errorf("hour %d is lost for %s", hour, m.to[0])
				}
			}
		}
	}
	for _, p := range people {
		if got[p] != 1 {
			t.Errorf("%s got %d mails", p, got[p])
		}
	}
	if len(w.log.with("mail can be sent again")) != 1 {
		t.Errorf("logged %q", w.log.with("again"))
	}
	for _, line := range w.log.all() {
		if strings.Contains(line, "@nordwind") {
			t.Errorf("an address was logged: %s", line)
		}
	}
}

func TestWhatFailsForDaysIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.use(nowhere(t))
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	w.letters().PasswordChanged(u, w.clock())
	worker := w.worker()
	for range 3 * 24 {
		w.pass(70 * time.Minute)
		w.work(worker)
	}
	if r := w.report(); r.Waiting != 0 || len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Problem, "tried for 3 days") {
		t.Errorf("%+v", r)
	}
}

func TestARefusalIsFinalAndShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "451 4.2.1 later", "550 5.1.1 <ines@nordwind.example> is unknown")
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	w.letters().PasswordChanged(u, w.clock())
	worker := w.worker()
	for range 5 {
		w.work(worker)
		w.pass(time.Hour)
	}
	r := w.report()
	if len(r.Failed) != 1 || r.Failed[0].User != u.ID || !strings.Contains(r.Failed[0].Problem, "550") || strings.Contains(fmt.Sprint(r, w.log.all()), u.Email) {
		t.Errorf("%+v, logged %q", r, w.log.all())
	}
}

func TestASignInIsMailedWithLinkAndCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.member("Ines", access.Owner, notice.Nothing)
	w.letters().SignIn(u, "https://portal.example/signin/link?t=abc", "ABCD-2345", 15*time.Minute)
	got, _, text := w.one(w.work(w.worker()))
	for _, part := range []string{"Subject: Your sign-in · Halden IT\n", "https://portal.example/signin/link?t=abc", "The code is ABCD-2345.", "nobody comes in without this mail"} {
		if got.to[0] != u.Email || !strings.Contains(text, part) {
			t.Errorf("to %v, without %q: %s", got.to, part, text)
		}
	}
	if subject, _, _ := strings.Cut(text, "\n\n"); strings.Contains(subject, "ABCD") {
		t.Error("the code stands in the subject, which a locked telephone shows")
	}
	w.use(nowhere(t))
	w.letters().SignIn(u, "https://portal.example/signin/link?t=def", "ABCD-2346", 15*time.Minute)
	worker := w.worker()
	w.work(worker)
	w.pass(16 * time.Minute)
	w.use(w.server.settings())
	if late := w.work(worker); len(late) != 0 {
		t.Errorf("%d sent although the sign-in has ended", len(late))
	}
}

func TestWhatBecameOfASecondStepIsTold(t *testing.T) {
	t.Parallel()
	for on, subject := range map[bool]string{true: "Subject: Your second step was set up · Halden IT\n", false: "Subject: Your second step was taken away · Halden IT\n"} {
		w := newWorld(t)
		w.letters().SecondStep(w.member("Ines", access.Owner, notice.Nothing), on, w.clock())
		if _, _, text := w.one(w.work(w.worker())); !strings.HasPrefix(text, subject) || !strings.Contains(text, "choose a new password at once") {
			t.Error(text)
		}
	}
}

func TestALetterIsSealedAndDoesNotComeTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.member("Ines", access.Owner, notice.Nothing) // letters are no notices
	var rung atomic.Int32
	l := w.letters()
	l.Ring = func() { rung.Add(1) }
	l.PasswordReset(u, "https://portal.example/reset?token=abc", 30*time.Minute)
	got, _, text := w.one(w.work(w.worker()))
	if rung.Load() != 1 || got.to[0] != u.Email || !strings.Contains(text, "https://portal.example/reset?token=abc") || !strings.HasPrefix(text, "Subject: Set a new password · Halden IT\n") || strings.Contains(text, "unsubscribe") {
		t.Errorf("rung %d, %s", rung.Load(), text)
	}
	w.use(nowhere(t))
	l.PasswordReset(u, "https://portal.example/reset?token=def", 30*time.Minute)
	worker := w.worker()
	w.work(worker)
	w.pass(31 * time.Minute)
	w.use(w.server.settings())
	if late := w.work(worker); len(late) != 0 || len(w.report().Failed) != 1 || !strings.Contains(w.report().Failed[0].Problem, "too late") {
		t.Errorf("%d sent, %+v", len(late), w.report())
	}
	if all := strings.Join(w.log.all(), "\n"); strings.Contains(all, "token=") {
		t.Errorf("a secret was logged: %s", all)
	}
	l.Seal = func(notice.ID, string) (string, error) { return "", fault.New(fault.Setup, "No key.") }
	l.PasswordChanged(u, w.clock())
	if len(w.log.with("level=ERROR")) != 1 || rung.Load() != 2 {
		t.Errorf("logged %q, rung %d", w.log.all(), rung.Load())
	}
}

func TestAMailThatMayHaveArrivedComesAgainAsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	cut := newFakeServerSaying(t, map[string]string{".": "hang up"})
	w.use(cut.settings())
	w.letters().PasswordChanged(u, w.clock())
	worker := w.worker()
	w.work(worker)
	first := cut.next(t)
	w.pass(time.Hour)
	w.use(w.server.settings())
	_, m, _ := w.one(w.work(worker))
	before, err := mail.ReadMessage(strings.NewReader(first.data))
	must(t, err)
	if id := m.Header.Get("Message-ID"); id == "" || id != before.Header.Get("Message-ID") || !strings.HasSuffix(id, "@halden.example>") {
		t.Errorf("%s, then %s", before.Header.Get("Message-ID"), id)
	}
}

func TestWithoutAServerMailsAreFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.use(notify.Server{})
	w.mailer.Held = func(context.Context) bool { return true } // a file does not leave
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	w.letters().PasswordReset(u, "https://portal.example/reset?token=abc", 30*time.Minute)
	w.work(w.worker())
	files, err := filepath.Glob(filepath.Join(w.mailer.Dir, "*-password-reset-*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	must(t, err)
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	must(t, err)
	if m.Header.Get("To") != `"Ines" <ines@nordwind.example>` || !strings.HasSuffix(m.Header.Get("Message-ID"), "@localhost>") {
		t.Errorf("%v", m.Header)
	}
	if len(w.log.with("mail kept as a file")) != 1 {
		t.Errorf("logged %q", w.log.all())
	}
}

func TestWhatIsHeldReachesNoServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var free atomic.Bool
	w.mailer.Held = func(context.Context) bool { return !free.Load() }
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	w.letters().PasswordChanged(u, w.clock())
	worker := w.worker()
	if got := w.work(worker); len(got) != 0 {
		t.Fatal("sent under a hold")
	}
	free.Store(true)
	w.pass(time.Hour)
	w.one(w.work(worker))
}

func TestADrainedWorkerBeginsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	worker := w.worker()
	worker.Drain(t.Context())
	w.letters().PasswordChanged(w.member("Ines", access.Owner, notice.NeedsMe), w.clock())
	if got := w.work(worker); len(got) != 0 || w.report().Waiting != 1 {
		t.Errorf("sent %+v", got)
	}
}

// TestEveryWordArrivesOnce lets things happen at random moments, with a server
// that comes and goes, and two workers. Whoever may read a message reads it in
// one mail.
func TestEveryWordArrivesOnce(t *testing.T) {
	t.Parallel()
	w, down, round := newWorld(t), nowhere(t), 0
	rapid.Check(t, func(r *rapid.T) {
		round++ // in an account of its own
		own := func(name string) string { return fmt.Sprint(name, round) }
		w.use(w.server.settings())
		w.settle(own("Company"), own("t"), own("u"))
		people := []access.User{w.member(own("Hanna"), access.Owner, notice.Everything), w.member(own("Tom"), access.Owner, notice.Everything), w.member(own("Own"), access.Contributor, notice.Everything)}
		workers := []*notify.Worker{w.worker(), w.worker()}
		got, said := map[string][]string{}, map[string]int{}
		take := func(list []sent) {
			for _, m := range list {
				got[m.to[0]] = append(got[m.to[0]], readable(m.data))
			}
		}
		for i := range rapid.IntRange(5, 25).Draw(r, "steps") {
			switch rapid.IntRange(0, 4).Draw(r, "step") {
			case 0, 1:
				by := rapid.IntRange(0, 2).Draw(r, "by")
				author := support
				if by < 2 {
					author = people[by]
				}
				text := fmt.Sprintf("word-%d-end", i)
				said[text] = by
				w.pull("conversation", w.comment(own(fmt.Sprint("c", i, "-")), own("t"), text, author))
			case 2:
				w.pass(time.Duration(rapid.IntRange(1, 300).Draw(r, "seconds")) * time.Second)
			case 3:
				w.use(rapid.SampledFrom([]notify.Server{down, w.server.settings()}).Draw(r, "server"))
			case 4:
				take(w.work(rapid.SampledFrom(workers).Draw(r, "worker")))
			}
		}
		w.use(w.server.settings())
		for range 5 {
			w.pass(2 * time.Hour)
			take(w.work(workers[0]))
		}
		for text, by := range said {
			for i, p := range people {
				n := 0
				for _, m := range got[p.Email] {
					if strings.Contains(m, text) {
						n++
					}
				}
				want := 1
				if i == by || i == 2 {
					want = 0
				}
				if n != want && len(said) <= 5 || n > want {
					r.Errorf("%s reads %q in %d mails, want %d", p.Name, text, n, want)
				}
			}
		}
		if w.report().Waiting != 0 {
			r.Errorf("%+v", w.report())
		}
	})
}
