CREATE TABLE `training_epochs` (
	`training_id` integer NOT NULL,
	`epoch` integer NOT NULL,
	`step` integer NOT NULL,
	`train_loss` real NOT NULL,
	`faces` integer NOT NULL,
	`loss` real,
	`accuracy` real,
	`macro_f1` real,
	`recall` text NOT NULL,
	`ece` real,
	PRIMARY KEY(`training_id`, `epoch`),
	FOREIGN KEY (`training_id`) REFERENCES `trainings`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `training_steps` (
	`training_id` integer NOT NULL,
	`step` integer NOT NULL,
	`epoch` integer NOT NULL,
	`loss` real NOT NULL,
	`learning_rate` real NOT NULL,
	`gradient_norm` real NOT NULL,
	`faces_per_second` real NOT NULL,
	PRIMARY KEY(`training_id`, `step`),
	FOREIGN KEY (`training_id`) REFERENCES `trainings`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `trainings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`config` text NOT NULL,
	`dataset_id` integer,
	`vote_files` text NOT NULL,
	`classes` text NOT NULL,
	`counts` text NOT NULL,
	`folder` text NOT NULL,
	`provider` text DEFAULT '' NOT NULL,
	`seconds` real DEFAULT 0 NOT NULL,
	`best_epoch` integer,
	`job_id` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `trainings_dataset` ON `trainings` (`dataset_id`);--> statement-breakpoint
CREATE INDEX `trainings_job` ON `trainings` (`job_id`);