// Package tour is the demonstration's own corner: five minutes with a made-up
// practice, told as steps that the reader does, each beside what the program says
// has become of it; the mails that the practice would have sent; and a button that
// makes everything new. It promises that nothing on its pages is claimed: every
// state is read when the page is. It exists in the demonstration only.
package tour

import (
	"context"
	"io/fs"
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/fault"
)

// Path is where the tour is.
const Path = "/demo/tour"

// Person is somebody of the practice whom the reader may be.
type Person struct {
	Token string // signs in as them, see POST /demo
	Email string
	Name  string
}

// Standing is what has become of the story's threads.
type Standing struct {
	HelpDesk  bool   // it runs
	Waiting   int    // actions that are on their way
	Question  Thread // what the client is asked to decide
	Request   Thread // what the client replies to while the help desk is down
	Stranger  Thread // the company that may stand with the wrong client
	Wrong     Thread // the client with whom the stranger stands now; zero for nobody
	Companies string // where an administrator repairs that
	Client    string // the client's first page
}

// Thread is a thing of the story and its state in words.
type Thread struct {
	Title, Href string
	Settled     bool
}

// Proof is what the verifier says of the audit log, and of a copy of it in which
// one character was changed.
type Proof struct {
	Entries int
	Good    error  // nil: the log is whole
	Changed string // what is wrong with the copy; "" would mean that nothing was noticed
}

// Story moves the demonstration. Its methods are safe for concurrent use.
type Story interface {
	Standing(ctx context.Context) (Standing, error)
	// HelpDesk starts or stops the fake help desk.
	HelpDesk(run bool)
	// Mistake matches a company to a client that it does not belong to.
	Mistake(ctx context.Context) error
	Prove(ctx context.Context) (Proof, error)
	// Reset ends this demonstration and begins another one.
	Reset()
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Story   Story
	People  []Person // in the order of the story: client, colleague, client of the mistake, administrator
	Mails   fs.FS    // *.eml, as the mailer keeps them
	BaseURL string   // of the links in mails, without a slash at its end
	Frame   func(r *http.Request) *ui.Chrome
}

// Pages serves them. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages; it needs the four people of the story.
func New(o Options) (*Pages, error) {
	if len(o.People) < 4 {
		return nil, fault.New(fault.Internal, "The tour needs four people.")
	}
	return &Pages{o}, nil
}

// view is everything that the page of the tour shows.
type view struct {
	Chrome                            *ui.Chrome
	Standing                          Standing
	Client, Colleague, Misled, Keeper Person
	Mails                             int
	Proof                             *Proof
}

// Show serves GET /demo/tour.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request) error { return p.show(w, r, nil) }

func (p *Pages) show(w http.ResponseWriter, r *http.Request, proof *Proof) error {
	standing, err := p.o.Story.Standing(r.Context())
	if err != nil {
		return err
	}
	mails, err := p.list()
	if err != nil {
		return err
	}
	c := p.o.Frame(r)
	c.Title = c.T("tour.title", c.Provider.Name)
	return ui.Show(w, r, http.StatusOK, tourPage(view{Chrome: c, Standing: standing, Mails: len(mails), Proof: proof,
		Client: p.o.People[0], Colleague: p.o.People[1], Misled: p.o.People[2], Keeper: p.o.People[3]}))
}

type step struct {
	Do string `form:"do" validate:"required,oneof=stop start mistake prove"`
}

// Do serves POST /demo/tour.
func (p *Pages) Do(w http.ResponseWriter, r *http.Request) error {
	var in step
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	switch in.Do {
	case "prove":
		proof, err := p.o.Story.Prove(r.Context())
		if err != nil {
			return err
		}
		return p.show(w, r, &proof)
	case "mistake":
		if err := p.o.Story.Mistake(r.Context()); err != nil {
			return err
		}
	default:
		p.o.Story.HelpDesk(in.Do == "start")
	}
	http.Redirect(w, r, Path+"#"+anchors[in.Do], http.StatusSeeOther)
	return nil
}

// anchors are the steps that buttons belong to.
var anchors = map[string]string{"stop": "outage", "start": "outage", "mistake": "mistake", "prove": "audit"}

// Reset serves POST /demo/reset: the page that it answers looks for the new
// demonstration by itself.
func (p *Pages) Reset(w http.ResponseWriter, r *http.Request) error {
	c := p.o.Frame(r)
	c.Title = c.T("tour.reset.title")
	w.Header().Set("Refresh", "4; url="+Path)
	if err := ui.Show(w, r, http.StatusOK, resetPage(c)); err != nil {
		return err
	}
	p.o.Story.Reset()
	return nil
}
