package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"portico/portal/session"
	"portico/sync/access"
)

// deviceCookie marks a browser that has signed in as somebody before. It lets
// nobody in; it only keeps their count of failures apart from a stranger's.
const deviceCookie = "__Host-portico-device"

// deviceLife is how long a browser stays recognised, in seconds.
const deviceLife = 180 * 24 * 3600

// remember marks the browser for the user, until the password changes.
func (d *Doors) remember(w http.ResponseWriter, u access.User) {
	id := session.NewToken()
	session.SetCookie(w, deviceCookie, id+"."+d.deviceMark(id, u), deviceLife)
}

// recognise returns the id of a browser that the user has signed in with, or "".
func (d *Doors) recognise(r *http.Request, u access.User) string {
	c, err := r.Cookie(deviceCookie)
	if err != nil || u.ID == "" {
		return ""
	}
	id, mark, _ := strings.Cut(c.Value, ".")
	if !hmac.Equal([]byte(mark), []byte(d.deviceMark(id, u))) {
		return ""
	}
	return id
}

func (d *Doors) deviceMark(id string, u access.User) string {
	mac := hmac.New(sha256.New, d.o.DeviceKey)
	mac.Write([]byte("portico device\x00" + id + "\x00" + u.ID + "\x00" + strconv.Itoa(u.Epoch)))
	return hex.EncodeToString(mac.Sum(nil))
}
