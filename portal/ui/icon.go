package ui

// Icon names a drawing of the sprite (assets/src/icons.json). An icon never stands
// alone: the word beside it carries the meaning.
type Icon string

// The icons that pages use.
const (
	IconAccounts Icon = "building"
	IconAlert    Icon = "alert-triangle"
	IconAssets   Icon = "devices"
	IconCheck    Icon = "circle-check"
	IconClock    Icon = "clock"
	IconDevice   Icon = "device-desktop"
	IconDown     Icon = "cloud-off"
	IconDownload Icon = "download"
	IconEvent    Icon = "arrow-right"
	IconFile     Icon = "file-text"
	IconHidden   Icon = "eye-off"
	IconHome     Icon = "home"
	IconInbox    Icon = "inbox"
	IconInfo     Icon = "info-circle"
	IconLink     Icon = "link"
	IconMore     Icon = "dots"
	IconOpen     Icon = "chevron-down"
	IconPlus     Icon = "plus"
	IconReload   Icon = "refresh"
	IconSearch   Icon = "search"
	IconSent     Icon = "send"
	IconSignOut  Icon = "logout"
	IconSwitch   Icon = "switch-horizontal"
	IconTickets  Icon = "ticket"
	IconCopy     Icon = "copy"
	IconLock     Icon = "lock"
	IconClip     Icon = "paperclip"
	IconHistory  Icon = "history"
	IconShield   Icon = "shield-check"
	IconUsers    Icon = "users"
	IconSun      Icon = "sun"
	IconMoon     Icon = "moon"
)
