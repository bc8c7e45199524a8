app_name = "complaint_qms"
app_title = "Complaint QMS"
app_publisher = "Complaint QMS"
app_description = "Customer complaints as controlled quality records inside ERPNext"
app_email = "hello@complaint-qms.example"
app_license = "gpl-3.0-or-later"
required_apps = ["frappe/erpnext"]
