"""The report page, part by part: the clinician's text, the document, the signature, what can be taken away."""
