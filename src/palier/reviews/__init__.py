"""The review of who lives in let dwellings (CCH L442-5-2): tenancies, triennial campaigns, the commission's opinions
and the way found with each tenant. Owns no dwelling, lease nor session: it reads those of the apps above."""
