package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
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

// listFloor answers with the same page out of two prepared statements and one
// template. Head and tail are the product's own bytes around the rows.
type listFloor struct {
	session, rows *sql.Stmt
	head, tail    string
	zone          *time.Location
}

// newListFloor serves the floor on a free address.
func newListFloor(ctx context.Context, path, page string) (address string, stop func(), err error) {
	db, err := openFloor(path, 4)
	if err != nil {
		return "", nil, err
	}
	f := &listFloor{}
	f.head, f.tail, _ = strings.Cut(page, "<tbody>")
	_, f.tail, _ = strings.Cut(f.tail, "</tbody>")
	f.head, f.tail = f.head+"<tbody>", "</tbody>"+f.tail
	if f.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		return "", nil, err
	}
	if f.session, err = db.PrepareContext(ctx, floorSession); err != nil {
		return "", nil, err
	}
	if f.rows, err = db.PrepareContext(ctx, floorRows); err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: f, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	return l.Addr().String(), func() { _ = server.Close(); _ = db.Close() }, nil
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
	var id, name, email, expires string
	if err := f.session.QueryRowContext(r.Context(), hash[:]).Scan(&id, &name, &email, &expires); err != nil {
		return err
	}
	account := strings.Split(r.URL.Path, "/")[2]
	rows, err := f.rows.QueryContext(r.Context(), account)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	list := make([]floorRow, 0, 51)
	for rows.Next() {
		row, err := f.scan(rows, account)
		if err != nil {
			return err
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return floorPageOf(f.head, f.tail, list[:min(50, len(list))]).Render(r.Context(), w)
}

func (f *listFloor) scan(rows *sql.Rows, account string) (floorRow, error) {
	var row floorRow
	var id, updated string
	var since sql.NullString
	if err := rows.Scan(&id, &row.Number, &row.Title, &row.Person, &row.Label, &row.Turn, &since, &updated); err != nil {
		return row, err
	}
	at, err := time.Parse(floorLayout, updated)
	if err != nil {
		return row, err
	}
	row.Href = "/a/" + account + "/tickets/" + id
	row.Number = "No. " + row.Number
	row.Since = row.Label + " since " + at.Format("2 Jan 2006")
	row.Updated = at.Format(time.RFC3339)
	at = at.In(f.zone)
	row.Exact, row.Moment = at.Format("2 Jan 2006, 15:04:05 MST"), at.Format("Mon 2 Jan, 15:04")
	return row, nil
}
