package ui

// Icon names a drawing of the sprite (assets/src/icons.json). An icon never stands
// alone: the word beside it carries the meaning.
type Icon string

// The icons that pages use.
const (
	IconAccounts Icon = "building"
	IconAlert    Icon = "alert-triangle"
	IconApproval Icon = "checks"
	IconAssets   Icon = "devices"
	IconBrand    Icon = "palette"
	IconCheck    Icon = "circle-check"
	IconChoose   Icon = "selector"
	IconClock    Icon = "clock"
	IconDown     Icon = "cloud-off"
	IconDownload Icon = "download"
	IconEvent    Icon = "arrow-right"
	IconFile     Icon = "file-text"
	IconHidden   Icon = "eye-off"
	IconHome     Icon = "home"
	IconInbox    Icon = "inbox"
	IconInfo     Icon = "info-circle"
	IconKey      Icon = "key"
	IconLegal    Icon = "scale"
	IconMail     Icon = "mail"
	IconMore     Icon = "dots"
	IconPerson   Icon = "user-circle"
	IconPeople   Icon = "users"
	IconPlus     Icon = "plus"
	IconReady    Icon = "list-check"
	IconUsers    Icon = "user-cog"
	IconReload   Icon = "refresh"
	IconSearch   Icon = "search"
	IconSignOut  Icon = "logout"
	IconSwitch   Icon = "switch-horizontal"
	IconTickets  Icon = "ticket"
	IconCopy     Icon = "copy"
	IconClip     Icon = "paperclip"
	IconPlug     Icon = "plug"
	IconPause    Icon = "player-pause"
	IconPlay     Icon = "player-play"
	IconHealth   Icon = "activity-heartbeat"
	IconWebhook  Icon = "webhook"
	IconHeld     Icon = "lifebuoy"
)
