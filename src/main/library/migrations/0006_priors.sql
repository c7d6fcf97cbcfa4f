CREATE TABLE `prior_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`prior_id` integer NOT NULL,
	`version` integer NOT NULL,
	`parent` integer,
	`classes` text NOT NULL,
	`rows` text NOT NULL,
	`source` text NOT NULL,
	`annotator_id` integer,
	`note` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`prior_id`) REFERENCES `priors`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`annotator_id`) REFERENCES `annotators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prior_versions_number` ON `prior_versions` (`prior_id`,`version`);--> statement-breakpoint
CREATE TABLE `priors` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `priors_name_unique` ON `priors` (`name`);--> statement-breakpoint
CREATE TRIGGER `prior_versions_kept` BEFORE UPDATE ON `prior_versions` BEGIN
	SELECT RAISE(ABORT, 'versions of a prior are never altered');
END;
