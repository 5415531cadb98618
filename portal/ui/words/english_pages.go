package words

var englishTickets = Catalogue{}

var englishAssets = Catalogue{}
