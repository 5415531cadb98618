package main

import (
	"context"
	"crypto/sha256"
	"net"
	"net/http"
	"strings"
	"time"

	"portico/portal/session"
)

// floorRow is a row of the list as the floor's page shows it.
type floorRow struct {
	Href, Title, Number, Turn, Since, Label, Person, Updated, Exact, Moment string
}

// The two questions that no list can do without: who asks, and which rows.
const (
	floorSession = `SELECT u.id, u.name, u.email, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?`
	floorRows    = `SELECT id, number, title, person, label, turn, turn_since, updated_at FROM records
		WHERE account_id = ? AND kind = 'ticket' ORDER BY sort_at DESC, id DESC LIMIT 51`
)

// floorData answers the two questions.
type floorData interface {
	session(ctx context.Context, hash []byte) error
	rows(ctx context.Context, account string, add func(id string, updated time.Time, row floorRow)) error
	close()
}

// listFloor answers with the same page out of two prepared statements and one
// template. Head and tail are the product's own bytes around the rows.
type listFloor struct {
	data       floorData
	head, tail string
	zone       *time.Location
}

// listFloor serves the floor of the product's database on a free address.
func (p *product) listFloor(ctx context.Context, page string) (address string, stop func(), err error) {
	f := &listFloor{}
	f.head, f.tail, _ = strings.Cut(page, "<tbody>")
	_, f.tail, _ = strings.Cut(f.tail, "</tbody>")
	f.head, f.tail = f.head+"<tbody>", "</tbody>"+f.tail
	if f.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		return "", nil, err
	}
	if p.home.on == nil {
		f.data, err = newFloorSQLite(ctx, p.cfg.Database.Path)
	} else {
		f.data, err = newFloorPostgres(ctx, p.cfg.Database.SystemURL, p.home.on.postgres.User)
	}
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.data.close()
		return "", nil, err
	}
	server := &http.Server{Handler: f, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	return l.Addr().String(), func() { _ = server.Close(); f.data.close() }, nil
}

func (f *listFloor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := f.answer(w, r); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (f *listFloor) answer(w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(session.Cookie)
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(cookie.Value))
	if err := f.data.session(r.Context(), hash[:]); err != nil {
		return err
	}
	account := strings.Split(r.URL.Path, "/")[2]
	list := make([]floorRow, 0, 51)
	err = f.data.rows(r.Context(), account, func(id string, at time.Time, row floorRow) {
		row.Href = "/a/" + account + "/tickets/" + id
		row.Number = "No. " + row.Number
		row.Since = row.Label + " since " + at.Format("2 Jan 2006")
		row.Updated = at.Format(time.RFC3339)
		at = at.In(f.zone)
		row.Exact, row.Moment = at.Format("2 Jan 2006, 15:04:05 MST"), at.Format("Mon 2 Jan, 15:04")
		list = append(list, row)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return floorPageOf(f.head, f.tail, list[:min(50, len(list))]).Render(r.Context(), w)
}
