complaint_qms.show_as_text();
