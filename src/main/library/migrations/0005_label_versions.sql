CREATE TABLE `label_action_origins` (
	`action_id` integer PRIMARY KEY NOT NULL,
	`queue` text,
	`run` text,
	FOREIGN KEY (`action_id`) REFERENCES `label_actions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `label_version_faces` (
	`version_id` integer NOT NULL,
	`sample_id` integer NOT NULL,
	`label` integer,
	`votes` text,
	PRIMARY KEY(`version_id`, `sample_id`),
	FOREIGN KEY (`version_id`) REFERENCES `label_versions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `label_version_faces_sample` ON `label_version_faces` (`sample_id`);--> statement-breakpoint
CREATE TABLE `label_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset_id` integer NOT NULL,
	`name` text NOT NULL,
	`note` text NOT NULL,
	`source` text NOT NULL,
	`annotator_id` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`annotator_id`) REFERENCES `annotators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `label_versions_name` ON `label_versions` (`dataset_id`,`name`);