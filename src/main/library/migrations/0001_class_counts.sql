CREATE TABLE `class_counts` (
	`dataset_id` integer NOT NULL,
	`split` integer NOT NULL,
	`label` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`dataset_id`, `split`, `label`),
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `class_counts` (`dataset_id`, `split`, `label`, `count`)
SELECT `dataset_id`, `split`, coalesce(`label`, -1), count(*) FROM `samples` GROUP BY 1, 2, 3;
--> statement-breakpoint
CREATE TRIGGER `samples_counted` AFTER INSERT ON `samples` BEGIN
	INSERT INTO `class_counts` (`dataset_id`, `split`, `label`, `count`)
	VALUES (new.`dataset_id`, new.`split`, coalesce(new.`label`, -1), 1)
	ON CONFLICT (`dataset_id`, `split`, `label`) DO UPDATE SET `count` = `count` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `samples_uncounted` AFTER DELETE ON `samples` BEGIN
	UPDATE `class_counts` SET `count` = `count` - 1
	WHERE `dataset_id` = old.`dataset_id` AND `split` = old.`split` AND `label` = coalesce(old.`label`, -1);
END;
--> statement-breakpoint
CREATE TRIGGER `samples_recounted` AFTER UPDATE OF `split`, `label` ON `samples` BEGIN
	UPDATE `class_counts` SET `count` = `count` - 1
	WHERE `dataset_id` = old.`dataset_id` AND `split` = old.`split` AND `label` = coalesce(old.`label`, -1);
	INSERT INTO `class_counts` (`dataset_id`, `split`, `label`, `count`)
	VALUES (new.`dataset_id`, new.`split`, coalesce(new.`label`, -1), 1)
	ON CONFLICT (`dataset_id`, `split`, `label`) DO UPDATE SET `count` = `count` + 1;
END;
