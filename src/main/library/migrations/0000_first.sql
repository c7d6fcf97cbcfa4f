CREATE TABLE `datasets` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`classes` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `datasets_name_unique` ON `datasets` (`name`);--> statement-breakpoint
CREATE TABLE `embeddings` (
	`run_id` integer NOT NULL,
	`sample_id` integer NOT NULL,
	`vector` blob NOT NULL,
	PRIMARY KEY(`run_id`, `sample_id`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `embeddings_sample` ON `embeddings` (`sample_id`);--> statement-breakpoint
CREATE TABLE `images` (
	`id` integer PRIMARY KEY NOT NULL,
	`content_hash` blob NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`media_type` text NOT NULL,
	`byte_size` integer NOT NULL,
	`bytes` blob,
	`file` text,
	`thumbnail` blob
);
--> statement-breakpoint
CREATE UNIQUE INDEX `images_content_hash_unique` ON `images` (`content_hash`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`parameters` text NOT NULL,
	`status` text NOT NULL,
	`progress` text NOT NULL,
	`provider` text,
	`dataset_id` integer,
	`run_id` integer,
	`result` text,
	`error` text,
	`owner` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `jobs_live` ON `jobs` (`status`) WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE TABLE `models` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`file` text NOT NULL,
	`file_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`shipped` integer NOT NULL,
	`spec` text NOT NULL,
	`graph` text NOT NULL,
	`added_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `models_name_unique` ON `models` (`name`);--> statement-breakpoint
CREATE TABLE `predictions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` integer NOT NULL,
	`sample_id` integer NOT NULL,
	`predicted` integer NOT NULL,
	`confidence` real NOT NULL,
	`probabilities` blob NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sample_id`) REFERENCES `samples`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `predictions_face` ON `predictions` (`run_id`,`sample_id`);--> statement-breakpoint
CREATE INDEX `predictions_sample` ON `predictions` (`sample_id`);--> statement-breakpoint
CREATE INDEX `predictions_view` ON `predictions` (`run_id`,`sample_id`,`predicted`,`confidence`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset_id` integer NOT NULL,
	`model_id` integer NOT NULL,
	`model_sha256` text NOT NULL,
	`spec` text NOT NULL,
	`class_indices` text NOT NULL,
	`splits` text NOT NULL,
	`provider` text NOT NULL,
	`seconds` real DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model_id`) REFERENCES `models`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `runs_dataset` ON `runs` (`dataset_id`);--> statement-breakpoint
CREATE INDEX `runs_model` ON `runs` (`model_id`);--> statement-breakpoint
CREATE TABLE `samples` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset_id` integer NOT NULL,
	`key` text NOT NULL,
	`split` integer NOT NULL,
	`image_id` integer NOT NULL,
	`image_file` text NOT NULL,
	`votes` blob NOT NULL,
	`vote_file_id` integer NOT NULL,
	`vote_row` integer NOT NULL,
	`votes_total` integer NOT NULL,
	`label` integer,
	`vote_entropy` real,
	`vote_margin` real,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`vote_file_id`) REFERENCES `vote_files`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `samples_key` ON `samples` (`dataset_id`,`key`);--> statement-breakpoint
CREATE INDEX `samples_class` ON `samples` (`dataset_id`,`split`,`label`);--> statement-breakpoint
CREATE INDEX `samples_view` ON `samples` (`dataset_id`,`id`,`split`,`label`,`votes_total`,`vote_entropy`,`vote_margin`);--> statement-breakpoint
CREATE INDEX `samples_image` ON `samples` (`image_id`);--> statement-breakpoint
CREATE INDEX `samples_vote_file` ON `samples` (`vote_file_id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `vote_files` (
	`id` integer PRIMARY KEY NOT NULL,
	`dataset_id` integer NOT NULL,
	`file` text NOT NULL,
	`imported_at` integer NOT NULL,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vote_files_file` ON `vote_files` (`dataset_id`,`file`);