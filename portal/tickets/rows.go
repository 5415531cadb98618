package tickets

import (
	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/record"
)

// ticketRows is the body of the list's table.
func ticketRows(c *ui.Chrome, rows []record.Row) templ.Component {
	status, person, updated := c.T("tickets.column.status"), c.T("tickets.column.person"), c.T("tickets.column.updated")
	path := listPath(c.Account.ID) + "/"
	return ui.Rows(rows, func(m *ui.Markup, row *record.Row) {
		m.Raw(`<tr><td class="is-lead is-whole"><a href="`)
		m.Text(path)
		m.Text(row.ID.String())
		m.Raw(`"><bdi>`)
		m.Text(subject(c, row.Title))
		m.Raw(`</bdi></a> <small>`)
		m.Text(c.With("tickets.number", row.Number))
		m.Raw(`</small></td><td data-label="`)
		m.Text(status)
		m.Raw(`"><div>`)
		m.Turn(c, row)
		if more := besides(c, row); more != "" {
			m.Raw(`<small>`)
			m.Text(more)
			m.Raw(`</small>`)
		}
		m.Raw(`</div></td><td data-label="`)
		m.Text(person)
		if row.Person == "" {
			m.Raw(`" class="is-keep is-none"></td>`)
		} else {
			m.Raw(`" class="is-keep"><bdi>`)
			m.Text(row.Person)
			m.Raw(`</bdi></td>`)
		}
		m.Raw(`<td data-label="`)
		m.Text(updated)
		m.Raw(`" class="is-end is-keep">`)
		m.Moment(c, row.Updated)
		m.Raw(`</td></tr>`)
	})
}
