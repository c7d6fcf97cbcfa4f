CREATE TABLE `measure_sets` (
	`run_id` integer PRIMARY KEY NOT NULL,
	`names` text NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `measures` (
	`run_id` integer NOT NULL,
	`sample_id` integer NOT NULL,
	`numbers` blob NOT NULL,
	PRIMARY KEY(`run_id`, `sample_id`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `measures_sample` ON `measures` (`sample_id`);--> statement-breakpoint
CREATE TABLE `queue_items` (
	`queue_id` integer NOT NULL,
	`position` integer NOT NULL,
	`sample_id` integer NOT NULL,
	`score` real NOT NULL,
	`status` text DEFAULT 'waiting' NOT NULL,
	`revision` integer,
	`settled_at` integer,
	PRIMARY KEY(`queue_id`, `position`),
	FOREIGN KEY (`queue_id`) REFERENCES `queues`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `queue_items_face` ON `queue_items` (`queue_id`,`sample_id`);--> statement-breakpoint
CREATE INDEX `queue_items_status` ON `queue_items` (`queue_id`,`status`,`position`);--> statement-breakpoint
CREATE INDEX `queue_items_sample` ON `queue_items` (`sample_id`);--> statement-breakpoint
CREATE TABLE `queues` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`dataset_id` integer NOT NULL,
	`run_id` integer,
	`filter` text NOT NULL,
	`order_name` text NOT NULL,
	`seed` integer NOT NULL,
	`balanced` integer NOT NULL,
	`size_limit` integer,
	`position` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`filled_at` integer NOT NULL,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `queues_name_unique` ON `queues` (`name`);--> statement-breakpoint
CREATE INDEX `queues_dataset` ON `queues` (`dataset_id`);--> statement-breakpoint
CREATE INDEX `queues_run` ON `queues` (`run_id`);--> statement-breakpoint
CREATE TRIGGER `samples_remeasured` AFTER UPDATE OF `votes`, `label` ON `samples` BEGIN
	UPDATE `measure_sets` SET `revision` = `revision` + 1
	WHERE `run_id` IN (SELECT `run_id` FROM `measures` WHERE `sample_id` = new.`id`);
	DELETE FROM `measures` WHERE `sample_id` = new.`id`;
END;
