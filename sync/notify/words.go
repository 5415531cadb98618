package notify

import (
	"fmt"

	"portico/sync/notice"
)

// What mails say, in English.

// subjects begin the subject of a mail about one request; %s is its name.
var subjects = map[notice.Reason]string{
	notice.Turn:      "Waiting for you: %s",
	notice.Conflict:  "Please look again: %s",
	notice.Refused:   "Not accepted: %s",
	notice.Answered:  "Answer: %s",
	notice.Finished:  "Done: %s",
	notice.Reopened:  "Open again: %s",
	notice.Wrote:     "New message: %s",
	notice.Opened:    "New request: %s",
	notice.Confirmed: "Confirmed: %s",
}

// pieces say what happened; the first %s is who did it.
var pieces = map[notice.Reason]string{
	notice.Turn:      "It waits for you now.",
	notice.Conflict:  "It changed while your request was on its way, so nothing was sent. Look at it and decide again.",
	notice.Refused:   "What you asked for was not accepted.",
	notice.Answered:  "%s wrote:",
	notice.Finished:  "It is done.",
	notice.Reopened:  "It is open again.",
	notice.Wrote:     "%s wrote:",
	notice.Opened:    "%s opened it.",
	notice.Confirmed: "What you asked for is done and confirmed.",
}

const (
	wordHello       = "Hello %s,"
	wordHelloNobody = "Hello,"
	wordUntitled    = "A request without a name"
	wordSomebody    = "Somebody"
	wordSeveral     = "%d requests: %s"
	wordOne         = "This happened in the portal for %s."
	wordMany        = "This happened in the portal for %s, in %d requests."
	wordAndMore     = "More happened than fits into one mail; the portal shows all of it."
	wordOpen        = "Open the request"
	wordOpenAll     = "Open all requests"
	wordWhyNeeds    = "You get this because you are a member of %s and want to be told what needs you."
	wordWhyAll      = "You get this because you are a member of %s and want to be told everything."
	wordChange      = "Change what you are told"
	wordStop        = "Get no more of these"

	wordResetSubject   = "Set a new password"
	wordResetLead      = "Somebody, most likely you, asked for a new password for the portal of %s."
	wordResetButton    = "Choose a new password"
	wordResetUntil     = "The link works once, until %s."
	wordResetCopy      = "If you cannot click it, copy this address: %s"
	wordResetNot       = "If it was not you, do nothing: your password stays as it is."
	wordChangedSubject = "Your password was changed"
	wordChangedLead    = "Your password for the portal of %s was changed on %s. Other browsers that were signed in have been signed out."
	wordChangedNot     = "If it was you, there is nothing to do. If it was not, somebody else knew your password or can read your mail: secure your mailbox first, then ask for a new password and tell us."

	wordSignInSubject = "Your sign-in"
	wordSignInLead    = "Somebody, most likely you, wants to sign in to the portal of %s."
	wordSignInCode    = "The code is %s. Type it on the page where you asked for this mail, or open the link on any device."
	wordSignInButton  = "Sign in with this link"
	wordSignInNot     = "If it was not you, do nothing: nobody comes in without this mail. Tell the code to nobody; %s never asks for it."

	wordStepOnSubject  = "Your second step was set up"
	wordStepOnLead     = "For the portal of %s a second step was set up on %s: a code of an authenticator is asked for when you sign in. Other browsers that were signed in have been signed out."
	wordStepOffSubject = "Your second step was taken away"
	wordStepOffLead    = "For the portal of %s your second step was taken away on %s: a password or a mail alone signs you in."
	wordStepNot        = "If it was you, or an administrator who spoke with you, there is nothing to do. If it was not, choose a new password at once and tell us."

	wordTestSubject = "A test of the mail settings"
	wordTestLead    = "This mail was sent to test how the portal of %s sends mail (%s). It arrived, so there is nothing to do."
)

func hello(name string) string {
	if name = oneLine(name); name == "" {
		return wordHelloNobody
	}
	return fmt.Sprintf(wordHello, name)
}
