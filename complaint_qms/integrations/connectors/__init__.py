"""Outside systems (PLM, MES, Jira, Kingdee, Yonyou and others behind REST): let in, called once, their answer read. They know no site."""
