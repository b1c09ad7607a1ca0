"""Papers as text: cleaned, parted into sentences, dates and citations found."""
