package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"portico/sync/remote"
)

// table writes aligned columns, or a sentence when there are no rows.
func table(w io.Writer, empty string, head []string, rows [][]string) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, empty)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = oneLine(cell)
		}
		if _, err := fmt.Fprintln(t, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}

// oneLine keeps text of another system from breaking the table or steering the terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// list writes rows as a table, or as JSON objects whose keys are the headings.
func list(w io.Writer, asJSON bool, empty string, head []string, rows [][]string) error {
	if !asJSON {
		return table(w, empty, head, rows)
	}
	objects := make([]map[string]string, len(rows))
	for i, row := range rows {
		objects[i] = map[string]string{}
		for j, name := range head {
			objects[i][strings.ReplaceAll(strings.ToLower(name), " ", "_")] = row[j]
		}
	}
	return jsonOut(w, objects)
}

func jsonOut(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

// report writes what was tried, and fails when something did not work.
func report(w io.Writer, asJSON bool, r remote.Report) error {
	type tried struct {
		Name   string `json:"name"`
		OK     bool   `json:"ok"`
		Detail string `json:"detail"`
	}
	all := struct {
		OK    bool    `json:"ok"`
		As    string  `json:"signed_in_as,omitempty"`
		Items []tried `json:"items"`
	}{OK: r.OK, As: r.As, Items: []tried{}}
	for _, item := range r.Items {
		all.Items = append(all.Items, tried(item))
	}
	if asJSON {
		if err := jsonOut(w, all); err != nil {
			return err
		}
	} else {
		reportText(w, r)
	}
	if !r.OK {
		return errors.New("not everything works, see above")
	}
	return nil
}

func reportText(w io.Writer, r remote.Report) {
	if r.As != "" {
		fmt.Fprintf(w, "Signed in as %s\n", oneLine(r.As))
	}
	for _, item := range r.Items {
		mark := "ok  "
		if !item.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(w, "%s  %s: %s\n", mark, oneLine(item.Name), strings.TrimSpace(item.Detail))
	}
}
