CREATE TABLE `annotations` (
	`sample_id` integer NOT NULL,
	`annotator_id` integer NOT NULL,
	`label` integer,
	`label_event` integer NOT NULL,
	`votes` text,
	`note` text,
	PRIMARY KEY(`sample_id`, `annotator_id`),
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`annotator_id`) REFERENCES `annotators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `annotations_annotator` ON `annotations` (`annotator_id`);--> statement-breakpoint
CREATE TABLE `annotators` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `annotators_name_unique` ON `annotators` (`name`);--> statement-breakpoint
CREATE TABLE `current_labels` (
	`sample_id` integer PRIMARY KEY NOT NULL,
	`label` integer,
	`annotator_id` integer,
	`votes` text,
	`revision` integer NOT NULL,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`annotator_id`) REFERENCES `annotators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `current_labels_label` ON `current_labels` (`label`);--> statement-breakpoint
CREATE TABLE `label_actions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`annotator_id` integer NOT NULL,
	`kind` text NOT NULL,
	`target` integer,
	`queue_id` integer,
	`run_id` integer,
	`at` integer NOT NULL,
	FOREIGN KEY (`annotator_id`) REFERENCES `annotators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `label_actions_annotator` ON `label_actions` (`annotator_id`,`id`);--> statement-breakpoint
CREATE TABLE `label_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`action_id` integer NOT NULL,
	`sample_id` integer NOT NULL,
	`field` text NOT NULL,
	`before` text NOT NULL,
	`after` text NOT NULL,
	`standing` integer,
	FOREIGN KEY (`action_id`) REFERENCES `label_actions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `label_events_sample` ON `label_events` (`sample_id`,`id`);--> statement-breakpoint
CREATE INDEX `label_events_action` ON `label_events` (`action_id`);--> statement-breakpoint
CREATE TRIGGER `label_events_kept` BEFORE UPDATE ON `label_events` BEGIN
	SELECT RAISE(ABORT, 'label events are never altered');
END;--> statement-breakpoint
CREATE TRIGGER `label_events_not_deleted` BEFORE DELETE ON `label_events`
WHEN EXISTS (SELECT 1 FROM `samples` WHERE `id` = old.`sample_id`) BEGIN
	SELECT RAISE(ABORT, 'label events are never deleted');
END;--> statement-breakpoint
CREATE TRIGGER `label_actions_kept` BEFORE UPDATE ON `label_actions` BEGIN
	SELECT RAISE(ABORT, 'label actions are never altered');
END;
